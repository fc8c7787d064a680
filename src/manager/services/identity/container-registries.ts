import { type ConfigTree, quoteKeyPart } from '../../../core/config-tree.ts'
import { notFound } from '../../../core/problem.ts'
import type { Requester } from '../../context.ts'
import { type ConfiguredRegistry, registries } from '../registries.ts'
import type { IdentityContext } from './context.ts'
import { plainText } from './plain-text.ts'
import { conflict, invalid, superadminOnly } from './refusals.ts'

/** As the API spells them; what is absent stays. */
export interface RegistryProps {
  url?: string | null
  type?: string | null
  project?: readonly (string | null)[] | null
  /** Null or empty removes the credentials. */
  username?: string | null
  password?: string | null
  ssl_verify?: boolean | null
}

const PREFIX = 'config/docker/registry'
const TYPES: readonly string[] = ['docker', 'harbor', 'harbor2', 'local']
const HOST = /^[a-z0-9]([a-z0-9._-]*[a-z0-9])?(:\d{1,5})?$/i

type Ports = Pick<IdentityContext['ports'], 'config'>

function columns(props: RegistryProps): ConfigTree {
  const { url, type, project, username, password, ssl_verify: verifies } = props
  const tree: ConfigTree = {}
  if (typeof url === 'string') tree[''] = webAddress(url)
  if (typeof type === 'string') tree.type = knownType(type)
  if (project) tree.project = projectList(project)
  // An empty text counts as absent, so one write changes all.
  if (username !== undefined) tree.username = plainText('the user name', username ?? '', 512)
  if (password !== undefined) tree.password = plainText('the password', password ?? '', 4096)
  if (typeof verifies === 'boolean') tree.ssl_verify = verifies ? 'true' : 'false'
  return tree
}

function webAddress(url: string): string {
  plainText('url', url, 1024)
  if (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)) return url
  throw invalid(`url is an http or https address, not "${url.slice(0, 80)}"`)
}

function knownType(type: string): string {
  if (TYPES.includes(type)) return type
  throw invalid(`type is one of ${TYPES.join(', ')}, not "${type.slice(0, 80)}"`)
}

function projectList(projects: readonly (string | null)[]): string {
  const names = projects.map((name) => (name ?? '').trim()).filter((name) => name !== '')
  const wrong = names.find((name) => !/^[\w./-]{1,255}$/.test(name))
  if (wrong !== undefined) throw invalid(`"${wrong.slice(0, 80)}" is no project of a registry`)
  return [...new Set(names)].join(',')
}

async function registryNamed({ config }: Ports, hostname: string): Promise<ConfiguredRegistry> {
  const found = (await registries(config)).get(hostname)
  if (found) return found
  throw notFound('container registry', `There is no container registry "${hostname.slice(0, 80)}".`)
}

/** Superadmins only. @throws Problem */
export async function createRegistry(
  { ports }: IdentityContext,
  requester: Requester,
  hostname: string,
  props: RegistryProps,
): Promise<ConfiguredRegistry> {
  superadminOnly(requester, 'create_container_registry')
  if (hostname.length > 255 || !HOST.test(hostname)) {
    throw invalid(`"${hostname.slice(0, 80)}" is no host name with an optional port`)
  }
  const tree = columns(props)
  if (tree[''] === undefined || tree.type === undefined) throw invalid('url and type are needed')
  if ((await registries(ports.config)).has(hostname)) {
    throw conflict(`The container registry "${hostname}" exists already.`)
  }
  await ports.config.setTree(PREFIX, { [hostname]: tree })
  return await registryNamed(ports, hostname)
}

/** Superadmins only. @throws Problem */
export async function modifyRegistry(
  { ports }: IdentityContext,
  requester: Requester,
  hostname: string,
  props: RegistryProps,
): Promise<ConfiguredRegistry> {
  superadminOnly(requester, 'modify_container_registry')
  const tree = columns(props)
  await registryNamed(ports, hostname)
  await ports.config.setTree(PREFIX, { [hostname]: tree })
  return await registryNamed(ports, hostname)
}

/** Superadmins only; gives what it was. @throws Problem */
export async function deleteRegistry(
  { ports }: IdentityContext,
  requester: Requester,
  hostname: string,
): Promise<ConfiguredRegistry> {
  superadminOnly(requester, 'delete_container_registry')
  const found = await registryNamed(ports, hostname)
  await ports.config.delete(`${PREFIX}/${quoteKeyPart(hostname)}`, { prefix: true })
  return found
}
