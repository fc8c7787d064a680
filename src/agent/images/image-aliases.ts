/**
 * Names that a user may type for an image: the last part of the repository, and that with the version that leads the
 * tag (`cr.backend.ai/stable/python:3.11-ubuntu22.04` → `python`, `python:3.11`).
 */
export function imageAliases(canonical: string): string[] {
  const last = canonical.split('/').at(-1) ?? canonical
  const [name = last, tag = ''] = last.split(':')
  const version = tag.split('-')[0] ?? ''
  return version === '' ? [name] : [name, `${name}:${version}`]
}

/** How Docker writes the machine's architecture, and how Backend.AI does. */
export const hostArchitecture = (): string => (process.arch === 'arm64' ? 'aarch64' : 'x86_64')
