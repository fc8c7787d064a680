import type { AdminCredentials } from '../manager/services/bootstrap.ts'

export interface Greeting {
  version: string
  endpoints: Record<string, string>
  backend: string | null
  dataDir: string
  logFile: string | null
  /** Only at the first start. */
  admin: AdminCredentials | null
  /** For later starts: where the keypair is. */
  adminFile: string
}

/** What `up` prints once everything runs; fits 80 columns. The password is shown here and nowhere else. */
export function greetingText(greeting: Greeting): string {
  const rows: [string, string][] = [['API', greeting.endpoints.api ?? '-']]
  if (greeting.endpoints.web) rows.push(['Web', greeting.endpoints.web])
  if (greeting.backend) rows.push(['Kernels', greeting.backend])
  rows.push(['Data', greeting.dataDir])
  if (greeting.logFile) rows.push(['Log', greeting.logFile])
  if (greeting.admin) {
    rows.push(['Login', greeting.admin.email])
    rows.push(['Password', `${greeting.admin.password}  (shown this once)`])
  }
  rows.push(['Keypair', greeting.adminFile])
  const lines = rows.map(([name, value]) => `  ${name.padEnd(9)} ${value}`)
  return [`Backend.AI ${greeting.version} is ready.`, '', ...lines, '', 'Ctrl-C stops it.', ''].join('\n')
}
