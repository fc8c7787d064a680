import { readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'

const BASE = ['core', 'api', 'lib']
const PORTS = ['events', 'plugin', 'config', 'wire', 'db', 'cache']
const ROLES = [
  'manager',
  'agent',
  'storage-proxy',
  'app-proxy',
  'webserver',
  'watcher',
  'kernel-runner',
  'admin',
]
/** Only these open the database. */
const WITHOUT_DB = PORTS.filter((room) => room !== 'db')
const OPENS_DB = ['manager', 'app-proxy', 'admin']

/** Room → the rooms it may import besides itself (architecture, "The rooms"). */
export const DIRECTIONS: Record<string, readonly string[]> = {
  core: [],
  api: ['core'],
  lib: ['core'],
  media: ['core'],
  ...Object.fromEntries(PORTS.map((room) => [room, [...BASE, ...PORTS]])),
  scheduler: ['core'],
  ...Object.fromEntries(
    ROLES.map((room) => [
      room,
      [...BASE, ...(OPENS_DB.includes(room) ? PORTS : WITHOUT_DB), 'scheduler', 'media'],
    ]),
  ),
  client: ['core', 'api'],
  cli: ['client', 'core', 'api', 'lib', 'media'],
  web: ['client', 'core', 'api', 'media'],
  roles: [...BASE, ...PORTS, ...ROLES, 'scheduler', 'client', 'web', 'plugins'],
  plugins: ['plugin', 'core', 'lib'],
  'main.ts': ['roles', 'admin', 'cli', 'kernel-runner'],
}

/** The interface that every role fulfils; it knows nothing of the others. */
const ROLE_INTERFACE = 'src/roles/role.ts'

/** No clock, no random, no input or output. */
const PURE = ['core', 'api', 'scheduler']
const IMPURE_MODULES = /^(?:node:(?!util|assert|buffer$)|bun$|bun:|fs|net|http|https|child_process|dns|tls)/
const IMPURE_WORDS =
  /\b(?:Date\.now\(|new Date\(\)|Math\.random\(|performance\.now\(|setTimeout\(|setInterval\(|fetch\(|Bun\.|process\.)/

/** Imports that the transpiler drops because only types come from them. */
const TYPE_IMPORTS =
  /\b(?:import|export)\s[^'"();=]*?\sfrom\s*['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)/g

/** Specifiers a source file names, those of types too. */
export function importsOf(source: string, path: string): string[] {
  const transpiler = new Bun.Transpiler({ loader: path.endsWith('x') ? 'tsx' : 'ts' })
  const values = transpiler.scanImports(source).map(({ path: specifier }) => specifier)
  const types = [...withoutComments(source).matchAll(TYPE_IMPORTS)].map((match) => match[1] ?? match[2] ?? '')
  return [...new Set([...values, ...types])]
}

const withoutComments = (source: string): string =>
  source.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '$1')

/** `src/manager/x.ts` → `manager`, `plugins/y/z.ts` → `plugins`; null outside the product. */
function roomOf(path: string): string | null {
  const [top, room] = path.split('/')
  if (top === 'plugins') return 'plugins'
  return top === 'src' ? (room ?? null) : null
}

/** What one file does against the directions; `path` is relative to the repository. */
export function violationsOf(path: string, source: string): string[] {
  const room = roomOf(path)
  if (room === null) return []
  const allowed = DIRECTIONS[room]
  if (!allowed) return [`${path}: the room "${room}" is not on the architecture page`]
  const specifiers = importsOf(source, path)
  const crossed = specifiers.flatMap((specifier) => {
    if (!specifier.startsWith('.')) return []
    const target = relative('.', join(dirname(path), specifier))
    const other = roomOf(target)
    if (target === ROLE_INTERFACE && ROLES.includes(room)) return []
    if (other === null || other === room || allowed.includes(other)) return []
    return [`${path}: ${room} must not import ${other} (${specifier})`]
  })
  return [
    ...crossed,
    ...siblingPlugins(path, specifiers),
    ...(PURE.includes(room) ? impurities(path, source, specifiers) : []),
  ]
}

/** One plugin does not know another. */
function siblingPlugins(path: string, specifiers: string[]): string[] {
  const [top, own] = path.split('/')
  if (top !== 'plugins') return []
  const targets = specifiers
    .filter((specifier) => specifier.startsWith('.'))
    .map((specifier) => join(dirname(path), specifier))
  return targets
    .filter((target) => target.startsWith('plugins/') && target.split('/')[1] !== own)
    .map((target) => `${path}: a plugin must not import another (${target})`)
}

function impurities(path: string, source: string, specifiers: string[]): string[] {
  const modules = specifiers.filter((specifier) => IMPURE_MODULES.test(specifier))
  const word = IMPURE_WORDS.exec(withoutComments(source))?.[0]
  return [
    ...modules.map((module) => `${path}: pure rooms do no I/O (${module})`),
    ...(word ? [`${path}: pure rooms know no clock, chance or world (${word})`] : []),
  ]
}

/** Every violation in the repository below `root`. */
export function findViolations(root: string): string[] {
  const files = ['src/**/*.{ts,tsx}', 'plugins/**/*.{ts,tsx}'].flatMap((pattern) => [
    ...new Bun.Glob(pattern).scanSync({ cwd: root }),
  ])
  return files.sort().flatMap((file) => {
    try {
      return violationsOf(file, readFileSync(join(root, file), 'utf8'))
    } catch {
      return [`${file}: does not parse`]
    }
  })
}
