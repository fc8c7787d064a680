import * as v from 'valibot'
import { uuid } from '../../../api/fields.ts'
import {
  changeInvitationParams,
  changeShareParams,
  invitationParams,
  inviteParams,
  leaveParams,
  sharedParams,
  shareParams,
  unshareParams,
} from '../../../api/folder.ts'
import { notFound } from '../../../core/problem.ts'
import type { FolderContext } from '../../services/folders/folder-context.ts'
import {
  acceptInvitation,
  changeInvitation,
  dropInvitation,
  invite,
  pendingInvitations,
} from '../../services/folders/invitations.ts'
import { leaveFolder, shareFolder, unshareFolder } from '../../services/folders/share-folder.ts'
import { changeShare, sharedFolders } from '../../services/folders/shared-folders.ts'
import { json } from '../answer.ts'
import { defineRoute, type Route } from '../route.ts'

/** Who else may use a folder: invitations of users, shares with members of projects. */
export function folderSharingRoutes(context: FolderContext): readonly Route[] {
  const changing = { auth: 'user', whenFrozen: 'refuse' } as const
  const ports = { ...context.ports, newId: context.newId }
  return [
    defineRoute({
      ...changing,
      method: 'POST',
      path: '/folders/:folder/invite',
      summary: 'Invite users to a folder',
      params: inviteParams,
      handler: async ({ params, path, requester }) => {
        const { emails, permission } = params
        const invited = await invite(ports, requester, path.folder ?? '', emails, permission)
        return json({ invited_ids: invited }, 201)
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/folders/invitations/list',
      summary: 'List the invitations that you received',
      auth: 'user',
      handler: async ({ requester }) =>
        json({ invitations: await pendingInvitations(ports, requester, 'received') }),
    }),
    ...['list-sent', 'list_sent'].map((name) =>
      defineRoute({
        method: 'GET',
        path: `/folders/invitations/${name}`,
        summary: 'List the invitations that you sent',
        auth: 'user',
        handler: async ({ requester }) =>
          json({ invitations: await pendingInvitations(ports, requester, 'sent') }),
      }),
    ),
    defineRoute({
      ...changing,
      method: 'POST',
      path: '/folders/invitations/update/:invitation',
      summary: 'Change the permission of an invitation',
      params: changeInvitationParams,
      handler: async ({ params, path, requester }) => {
        const id = v.safeParse(uuid, path.invitation)
        if (!id.success) throw notFound('vfolder invitation')
        await changeInvitation(ports, requester, id.output, params.permission)
        return json({ msg: `The invitation is for ${params.permission} now.` })
      },
    }),
    defineRoute({
      ...changing,
      method: 'POST',
      path: '/folders/invitations/accept',
      summary: 'Accept an invitation',
      params: invitationParams,
      handler: async ({ params, requester }) => {
        await acceptInvitation(ports, requester, params.inv_id)
        return json({})
      },
    }),
    defineRoute({
      ...changing,
      method: 'DELETE',
      path: '/folders/invitations/delete',
      summary: 'Reject or withdraw an invitation',
      params: invitationParams,
      handler: async ({ params, requester }) =>
        json({ msg: await dropInvitation(ports, requester, params.inv_id) }),
    }),
    defineRoute({
      ...changing,
      method: 'POST',
      path: '/folders/:folder/leave',
      summary: 'Leave a shared folder',
      params: leaveParams,
      handler: async ({ params, path, requester }) => {
        const left = await leaveFolder(ports, requester, path.folder ?? '', params.shared_user_uuid)
        return json({ msg: `The share of the folder "${left}" has ended.` })
      },
    }),
    // Administrators of a project are no administrators of their keypairs: the service decides.
    defineRoute({
      ...changing,
      method: 'POST',
      path: '/folders/:folder/share',
      summary: 'Share a project folder with members',
      params: shareParams,
      handler: async ({ params, path, requester }) => {
        const { emails, permission } = params
        const shared = await shareFolder(ports, requester, path.folder ?? '', emails, permission)
        return json({ shared_emails: shared }, 201)
      },
    }),
    defineRoute({
      ...changing,
      method: 'DELETE',
      path: '/folders/:folder/unshare',
      summary: 'End the share of a project folder',
      params: unshareParams,
      handler: async ({ params, path, requester }) => {
        const unshared = await unshareFolder(ports, requester, path.folder ?? '', params.emails)
        return json({ unshared_emails: unshared })
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/folders/_/shared',
      summary: 'List who shares folders with whom',
      auth: 'user',
      params: sharedParams,
      handler: async ({ params, requester }) =>
        json({ shared: await sharedFolders(ports, requester, params.vfolder_id) }),
    }),
    defineRoute({
      ...changing,
      method: 'POST',
      path: '/folders/_/shared',
      summary: 'Change or end the share of a user',
      params: changeShareParams,
      handler: async ({ params, requester }) => {
        const { vfolder, user, perm } = params
        return json({ msg: await changeShare(ports, requester, vfolder, user, perm) })
      },
    }),
  ]
}
