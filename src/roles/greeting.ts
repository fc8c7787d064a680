import type { RuntimesDescription } from '../agent/backends/describe-runtimes.ts'
import type { AdminCredentials } from '../manager/services/bootstrap.ts'

export interface Greeting {
  version: string
  endpoints: Record<string, string>
  runtimes: RuntimesDescription | null
  dataDir: string
  logFile: string | null
  /** Only at the first start. */
  admin: AdminCredentials | null
  /** For later starts: where the keypair is; null when the accounts were loaded before the first start. */
  adminFile: string | null
  /** Where users' files are; shown when that is not in the data directory. */
  scratchRoot: string | null
  /** Somebody is there who may stop it; default true. */
  attended?: boolean
}

/** What `up` prints once everything runs; fits 80 columns. The password is shown here and nowhere else. */
export function greetingText(greeting: Greeting): string {
  const rows: [string, string][] = [['API', greeting.endpoints.api ?? '-']]
  if (greeting.endpoints.web) rows.push(['Web', greeting.endpoints.web])
  if (greeting.runtimes) rows.push(...kernelRows(greeting.runtimes))
  rows.push(['Data', greeting.dataDir])
  const { scratchRoot } = greeting
  if (scratchRoot && !scratchRoot.startsWith(`${greeting.dataDir}/`)) rows.push(['Scratch', scratchRoot])
  if (greeting.logFile) rows.push(['Log', greeting.logFile])
  if (greeting.admin) rows.push(...loginRows(greeting.admin))
  rows.push(greeting.adminFile ? ['Keypair', greeting.adminFile] : ['Accounts', 'those in the database'])
  const howToStop = greeting.attended === false ? [] : ['', 'Ctrl-C stops it.']
  return [`Backend.AI ${greeting.version} is ready.`, '', ...lines(rows), ...howToStop, ''].join('\n')
}

/** What the manager of a cluster prints at its very first start, and never again. */
export const newAdminText = (admin: AdminCredentials): string =>
  ['The first administrator of this cluster:', ...lines(loginRows(admin)), ''].join('\n')

function kernelRows({ description, runtimes }: RuntimesDescription): [string, string][] {
  const aliases = [...new Set(runtimes.map((runtime) => runtime.aliases[0] ?? runtime.image))]
  const shown = aliases.length > 4 ? [...aliases.slice(0, 4), '…'] : aliases
  return [
    ['Kernels', description],
    ['Images', shown.join(', ') || 'none yet'],
  ]
}

const loginRows = (admin: AdminCredentials): [string, string][] => [
  ['Login', admin.email],
  ['Password', `${admin.password}  (shown this once)`],
]

const lines = (rows: [string, string][]): string[] =>
  rows.map(([name, value]) => `  ${name.padEnd(9)} ${value}`)
