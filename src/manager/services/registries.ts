import type { SharedConfig } from '../../config/shared.ts'
import type { ImageSpec } from '../../wire/agent-rpc.ts'

type Registry = ImageSpec['registry']

/** The configured container registries by name, credentials included (`config/docker/registry/<name>`). */
export async function registries(config: SharedConfig): Promise<Map<string, Registry>> {
  const tree = await config.getPrefix('config/docker/registry')
  const result = new Map<string, Registry>()
  for (const [name, value] of Object.entries(tree)) {
    const fields = typeof value === 'string' ? { '': value } : value
    const text = (key: string): string | undefined => {
      const field = fields[key]
      return typeof field === 'string' && field !== '' ? field : undefined
    }
    const username = text('username')
    const password = text('password')
    result.set(name, {
      name,
      url: text('') ?? `https://${name}`,
      ...(username === undefined ? {} : { username }),
      ...(password === undefined ? {} : { password }),
    })
  }
  return result
}
