import type { SharedConfig } from '../../config/shared.ts'
import type { ImageSpec } from '../../wire/agent-rpc.ts'

/** A container registry of `config/docker/registry/<name>`; credentials are for requests and pulls only. */
export interface ConfiguredRegistry {
  /** The host part of its images' names, e.g. `cr.backend.ai`. */
  name: string
  url: string
  username?: string
  password?: string
  /** `docker`, `harbor2`, … */
  type: string
  /** First parts of repository names that are read; empty = all. */
  projects: string[]
  sslVerify: boolean
}

/** The configured container registries by name. */
export async function registries(config: SharedConfig): Promise<Map<string, ConfiguredRegistry>> {
  const tree = await config.getPrefix('config/docker/registry')
  const result = new Map<string, ConfiguredRegistry>()
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
      url: withScheme(text('') ?? name),
      ...(username === undefined ? {} : { username }),
      ...(password === undefined ? {} : { password }),
      type: text('type') ?? 'docker',
      projects: (text('project') ?? '').split(/[\s,]+/).filter((project) => project !== ''),
      sslVerify: !/^(no|false|off|0)$/i.test(text('ssl_verify') ?? 'yes'),
    })
  }
  return result
}

/** Stands for the images that agents have by themselves, as newer versions of the original let one configure it. */
export const isLocalRegistry = ({ type }: Pick<ConfiguredRegistry, 'type'>): boolean => type === 'local'

const withScheme = (url: string): string =>
  (/^https?:\/\//.test(url) ? url : `https://${url}`).replace(/\/+$/, '')

/** What an agent is told of a registry. */
export const pullFrom = ({ name, url, username, password }: ConfiguredRegistry): ImageSpec['registry'] => ({
  name,
  url,
  ...(username === undefined ? {} : { username }),
  ...(password === undefined ? {} : { password }),
})
