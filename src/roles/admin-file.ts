import { readFileSync, rmSync } from 'node:fs'
import { type AdminCredentials, newAdminCredentials } from '../manager/services/bootstrap.ts'
import { writeFileWhole } from './write-file.ts'

/** What the client reads from `<data>/admin.json` (mode 0600); the password is not kept. */
interface AdminJson {
  endpoint: string
  email: string
  access_key: string
  secret_key: string
}

/**
 * The administrator's keypair beside the store. New credentials are put away before the rows that use them exist, so a
 * crash in between costs nothing: the next start makes, or finds, the same administrator.
 */
export function openAdminFile(path: string): {
  /** For an empty store. */
  credentials: AdminCredentials
  /** Makes the file final; `isStored` says that the store knows `credentials`. */
  confirm(isStored: boolean, endpoint: string): void
} {
  const pendingPath = `${path}.pending`
  const known = read<AdminJson>(path)
  const credentials = read<AdminCredentials>(pendingPath) ?? newAdminCredentials()
  if (!known) writeFileWhole(pendingPath, JSON.stringify(credentials), 0o600)
  return {
    credentials,
    confirm(isStored, endpoint) {
      const keys = isStored
        ? { email: credentials.email, access_key: credentials.accessKey, secret_key: credentials.secretKey }
        : known
      if (keys && (isStored || known?.endpoint !== endpoint)) {
        const { email, access_key, secret_key } = keys
        writeFileWhole(
          path,
          `${JSON.stringify({ endpoint, email, access_key, secret_key }, null, 2)}\n`,
          0o600,
        )
      }
      rmSync(pendingPath, { force: true })
    },
  }
}

function read<T>(path: string): T | null {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as T
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw new Error(`${path} cannot be read; repair or remove it`, { cause: error })
  }
}
