import type { Connection } from './connection.ts'

/** What a password login gives. */
export interface Credential {
  access_key: string
  secret_key: string
  /** `superadmin`, `admin`, `user`, `monitor`. */
  role: string
  status: string
}

export interface Roles {
  global_role: string
  domain_role: string
  /** Null when no project was asked about. */
  group_role: string | null
}

export interface SshKeypair {
  ssh_public_key: string
  ssh_private_key: string
}

/** One's own account. */
export interface Auth {
  /** The key pair of a user by the password; needs no key pair. `extra`: `otp` and the like. */
  authorize(
    login: { username: string; password: string; domain?: string },
    extra?: Record<string, string>,
  ): Promise<Credential>
  role(groupId?: string): Promise<Roles>
  /** Where a sign-up hook is installed; needs no key pair. */
  signUp(
    account: { email: string; password: string; domain?: string } & Record<string, unknown>,
  ): Promise<Partial<Credential>>
  /** Closes one's own account. */
  signOut(email: string, password: string): Promise<void>
  updatePassword(oldPassword: string, newPassword: string): Promise<void>
  /** Renews an expired password; needs no key pair. */
  updateExpiredPassword(login: {
    username: string
    currentPassword: string
    newPassword: string
    domain?: string
  }): Promise<void>
  updateFullName(email: string, fullName: string): Promise<void>
  /** The public half of the key that one's own sessions trust; empty when there is none. */
  sshPublicKey(): Promise<string>
  /** Makes a new pair; the only time that the private half is told. */
  renewSshKeypair(): Promise<SshKeypair>
  uploadSshKeypair(publicKey: string, privateKey: string): Promise<SshKeypair>
}

export function createAuth(connection: Connection, defaults: { domain: string }): Auth {
  const SSH = ['auth', 'ssh-keypair']
  return {
    async authorize(login, extra = {}) {
      const { username, password, domain = defaults.domain } = login
      const body = await connection.json<{ data: Credential }>({
        method: 'POST',
        path: ['auth', 'authorize'],
        json: { ...extra, type: 'keypair', domain, username, password },
        isAnonymous: true,
        isIdempotent: true,
      })
      return body.data
    },
    role: (groupId) => connection.json({ method: 'GET', path: ['auth', 'role'], query: { group: groupId } }),
    async signUp(account) {
      const json = { domain: defaults.domain, ...account }
      return connection.json({ method: 'POST', path: ['auth', 'signup'], json, isAnonymous: true })
    },
    async signOut(email, password) {
      await connection.send({ method: 'POST', path: ['auth', 'signout'], json: { email, password } })
    },
    async updatePassword(oldPassword, newPassword) {
      await connection.send({
        method: 'POST',
        path: ['auth', 'update-password'],
        json: { old_password: oldPassword, new_password: newPassword, new_password2: newPassword },
      })
    },
    async updateExpiredPassword({ username, currentPassword, newPassword, domain = defaults.domain }) {
      await connection.send({
        method: 'POST',
        path: connection.isSession
          ? ['server', 'update-password-no-auth']
          : ['auth', 'update-password-no-auth'],
        json: { domain, username, current_password: currentPassword, new_password: newPassword },
        isAnonymous: true,
      })
    },
    async updateFullName(email, fullName) {
      const json = { email, full_name: fullName }
      await connection.send({ method: 'POST', path: ['auth', 'update-full-name'], json })
    },
    async sshPublicKey() {
      const body = await connection.json<{ ssh_public_key: string | null }>({ method: 'GET', path: SSH })
      return body.ssh_public_key ?? ''
    },
    renewSshKeypair: () => connection.json<SshKeypair>({ method: 'PATCH', path: SSH }),
    uploadSshKeypair: (publicKey, privateKey) =>
      connection.json<SshKeypair>({
        method: 'POST',
        path: SSH,
        json: { pubkey: publicKey, privkey: privateKey },
      }),
  }
}
