import type { Connection } from './connection.ts'

/** A file that every new session of its owner finds in its home directory. */
export interface Dotfile {
  /** Relative to the home directory. */
  path: string
  data: string
  /** Octal digits: `755`. */
  permission: string
}

/** Whose file it is: one's own by default, a domain's, or a project's. */
export type DotfileScope =
  | { ownerAccessKey?: string }
  | { domain: string }
  | { group: string; groupDomain?: string }

export interface Dotfiles {
  list(scope?: DotfileScope): Promise<Dotfile[]>
  get(path: string, scope?: DotfileScope): Promise<Dotfile>
  /** Default permission 755. */
  create(file: Omit<Dotfile, 'permission'> & { permission?: string }, scope?: DotfileScope): Promise<void>
  update(file: Omit<Dotfile, 'permission'> & { permission?: string }, scope?: DotfileScope): Promise<void>
  delete(path: string, scope?: DotfileScope): Promise<void>
  /** What new sessions of one's own run at their start; empty for nothing. */
  bootstrapScript(): Promise<string>
  setBootstrapScript(script: string): Promise<void>
}

export function createDotfiles(connection: Connection): Dotfiles {
  const write = async (
    method: 'POST' | 'PATCH',
    file: Parameters<Dotfiles['create']>[0],
    scope: DotfileScope = {},
  ): Promise<void> => {
    const { path, owner } = targetOf(scope)
    const json = { path: file.path, data: file.data, permission: file.permission ?? '755', ...owner }
    await connection.send({ method, path, json })
  }
  return {
    list: (scope = {}) => {
      const { path, owner } = targetOf(scope)
      return connection.json<Dotfile[]>({ method: 'GET', path, query: owner })
    },
    get: (file, scope = {}) => {
      const { path, owner } = targetOf(scope)
      return connection.json<Dotfile>({ method: 'GET', path, query: { ...owner, path: file } })
    },
    create: (file, scope) => write('POST', file, scope),
    update: (file, scope) => write('PATCH', file, scope),
    async delete(file, scope = {}) {
      const { path, owner } = targetOf(scope)
      await connection.send({
        method: 'DELETE',
        path,
        query: { ...owner, path: file },
        isIdempotent: false,
      })
    },
    async bootstrapScript() {
      const script = await connection.json<string | null>({ method: 'GET', path: SCRIPT })
      return script ?? ''
    },
    async setBootstrapScript(script) {
      await connection.send({ method: 'POST', path: SCRIPT, json: { script }, isIdempotent: true })
    },
  }
}

const SCRIPT = ['user-config', 'bootstrap-script']

function targetOf(scope: DotfileScope): { path: string[]; owner: Record<string, string> } {
  if ('group' in scope) {
    const domain = scope.groupDomain === undefined ? {} : { domain: scope.groupDomain }
    return { path: ['group-config', 'dotfiles'], owner: { group: scope.group, ...domain } }
  }
  if ('domain' in scope) return { path: ['domain-config', 'dotfiles'], owner: { domain: scope.domain } }
  const { ownerAccessKey } = scope
  return {
    path: ['user-config', 'dotfiles'],
    owner: ownerAccessKey ? { owner_access_key: ownerAccessKey } : {},
  }
}
