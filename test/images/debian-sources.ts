import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg'

interface Entry {
  uri: string
  suite: string
}

/** `deb [options] URI SUITE COMPONENT…` lines of a sources.list file. */
function fromOneLine(text: string): Entry[] {
  const lines = text.split('\n').filter((line) => line.startsWith('deb '))
  return lines.flatMap((line) => {
    const [uri, suite, ...components] = line
      .slice(4)
      .replace(/^\s*\[[^\]]*\]/, '')
      .trim()
      .split(/\s+/)
    return uri && suite && components.includes('main') ? [{ uri, suite }] : []
  })
}

/** The stanzas of a `.sources` file. */
function fromStanzas(text: string): Entry[] {
  return text.split(/\n\s*\n/).flatMap((stanza) => {
    const field = (name: string): string[] =>
      stanza
        .match(new RegExp(`^${name}:(.*)$`, 'im'))?.[1]
        ?.trim()
        .split(/\s+/) ?? []
    if (!field('Types').includes('deb') || !field('Components').includes('main')) return []
    if (field('Enabled')[0] === 'no') return []
    return field('URIs').flatMap((uri) => field('Suites').map((suite) => ({ uri, suite })))
  })
}

/** The mirrors this machine itself installs Debian `release` from, as sources.list lines; empty where it has none. */
export function debianSources(release: string, etc = '/etc/apt'): string[] {
  const folder = join(etc, 'sources.list.d')
  const names = existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : []
  const files = [join(etc, 'sources.list'), ...names].filter((file) => existsSync(file))
  const entries = files.flatMap((file) => {
    if (file.endsWith('.sources')) return fromStanzas(readFileSync(file, 'utf8'))
    return file.endsWith('.list') ? fromOneLine(readFileSync(file, 'utf8')) : []
  })
  const suites = [release, `${release}-updates`, `${release}-security`]
  const chosen = entries.filter(({ suite }) => suites.includes(suite))
  const lines = chosen.map(({ uri, suite }) => `deb [signed-by=${KEYRING}] ${uri} ${suite} main`)
  return [...new Set(lines)]
}
