import { listDotfileParams, removeDotfileParams, writeDotfileParams } from '../../../api/dotfiles.ts'
import { notFound } from '../../../core/problem.ts'
import type { Dotfile } from '../../../db/tables/accounts.ts'
import type { ManagerPorts } from '../../context.ts'
import {
  findDotfile,
  withChangedDotfile,
  withDotfile,
  withoutDotfile,
} from '../../services/dotfiles/dotfile-list.ts'
import {
  type DotfileHolder,
  type DotfileScope,
  domainDotfiles,
  keypairDotfiles,
  projectDotfiles,
} from '../../services/dotfiles/dotfile-scopes.ts'
import { json } from '../answer.ts'
import { defineRoute, type Route } from '../route.ts'

type Ports = Pick<ManagerPorts, 'store'>

/** Files that every new kernel of a user, a domain or a project finds in its home (client-wire.md §2.6). */
export function dotfileRoutes(ports: Ports): readonly Route[] {
  const { store } = ports
  return [
    ...routesOf(ports, '/user-config/dotfiles', 'keypair', keypairDotfiles(store)),
    ...routesOf(ports, '/domain-config/dotfiles', 'domain', domainDotfiles(store)),
    ...routesOf(ports, '/group-config/dotfiles', 'project', projectDotfiles(store)),
  ]
}

function routesOf(
  { store }: Ports,
  path: string,
  owner: 'keypair' | 'domain' | 'project',
  scope: DotfileScope,
): Route[] {
  const writer = owner === 'keypair' ? 'user' : 'admin'
  const change = (holder: DotfileHolder, apply: (files: Dotfile[]) => Dotfile[]) =>
    store.tx(async (tx) => await holder.write(tx, apply(present(await holder.read(tx)))))
  return [
    defineRoute({
      method: 'GET',
      path,
      summary: `List the dotfiles of a ${owner}, or show one`,
      auth: 'user',
      params: listDotfileParams,
      handler: async ({ params, requester }) => {
        const holder = await scope(requester, params.scope)
        const files = present(await holder.read(store.db))
        return json(params.path === null ? files.map(shown) : shown(findDotfile(files, params.path)))
      },
    }),
    defineRoute({
      method: 'POST',
      path,
      summary: `Add a dotfile to a ${owner}`,
      auth: writer,
      params: writeDotfileParams,
      handler: async ({ params, requester }) => {
        const holder = await scope(requester, params.scope)
        await change(holder, (files) => withDotfile(files, params.file))
        return json({})
      },
    }),
    defineRoute({
      method: 'PATCH',
      path,
      summary: `Change a dotfile of a ${owner}`,
      auth: writer,
      params: writeDotfileParams,
      handler: async ({ params, requester }) => {
        const holder = await scope(requester, params.scope)
        await change(holder, (files) => withChangedDotfile(files, params.file))
        return json({})
      },
    }),
    defineRoute({
      method: 'DELETE',
      path,
      summary: `Delete a dotfile of a ${owner}`,
      auth: writer,
      params: removeDotfileParams,
      handler: async ({ params, requester }) => {
        const holder = await scope(requester, params.scope)
        await change(holder, (files) => withoutDotfile(files, params.path))
        return json({ success: true })
      },
    }),
  ]
}

function present(files: Dotfile[] | null): Dotfile[] {
  if (files === null) throw notFound('dotfile', 'Whom the dotfiles belonged to is gone.')
  return files
}

/** Lists say `permission` and single files `perm`, so both say both. */
const shown = ({ path, perm, data }: Dotfile) => ({ path, permission: perm, perm, data })
