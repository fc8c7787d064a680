import type { Connection } from './connection.ts'
import type { FolderInvitation, FolderPermission } from './vfolder-types.ts'

/** Who else may use a folder. */
export interface FolderSharing {
  /** Asks users to share one's own folder; the addresses that were invited. */
  invite(folder: string, emails: readonly string[], permission?: FolderPermission): Promise<string[]>
  /** Invitations that one has received and not answered. */
  invitations(signal?: AbortSignal): Promise<FolderInvitation[]>
  sentInvitations(signal?: AbortSignal): Promise<FolderInvitation[]>
  acceptInvitation(invitationId: string): Promise<void>
  /** Refuses a received invitation, or takes a sent one back. */
  deleteInvitation(invitationId: string): Promise<void>
  updateInvitation(invitationId: string, permission: FolderPermission): Promise<void>
  /** Gives members of the project another permission on its folder than the folder's own (administrators). */
  share(folder: string, emails: readonly string[], permission?: FolderPermission): Promise<string[]>
  unshare(folder: string, emails: readonly string[]): Promise<string[]>
  /** Gives up a folder that somebody else shares; administrators name the user. */
  leave(folder: string, sharedUserUuid?: string): Promise<void>
}

export function createFolderSharing(connection: Connection): FolderSharing {
  const list = async (action: string, signal?: AbortSignal): Promise<FolderInvitation[]> => {
    const path = ['folders', 'invitations', action]
    const body = await connection.json<{ invitations?: FolderInvitation[] }>({ method: 'GET', path, signal })
    return body.invitations ?? []
  }
  return {
    async invite(folder, emails, permission = 'rw') {
      const body = await connection.json<{ invited_ids?: string[] }>({
        method: 'POST',
        path: ['folders', folder, 'invite'],
        json: { perm: permission, user_ids: emails },
      })
      return body.invited_ids ?? []
    },
    invitations: (signal) => list('list', signal),
    sentInvitations: (signal) => list('list-sent', signal),
    async acceptInvitation(invitationId) {
      const path = ['folders', 'invitations', 'accept']
      await connection.send({ method: 'POST', path, json: { inv_id: invitationId } })
    },
    async deleteInvitation(invitationId) {
      const path = ['folders', 'invitations', 'delete']
      await connection.send({ method: 'DELETE', path, json: { inv_id: invitationId } })
    },
    async updateInvitation(invitationId, permission) {
      const path = ['folders', 'invitations', 'update', invitationId]
      await connection.send({ method: 'POST', path, json: { perm: permission } })
    },
    async share(folder, emails, permission = 'rw') {
      const body = await connection.json<{ shared_emails?: string[] }>({
        method: 'POST',
        path: ['folders', folder, 'share'],
        json: { permission, emails },
      })
      return body.shared_emails ?? []
    },
    async unshare(folder, emails) {
      const body = await connection.json<{ unshared_emails?: string[] }>({
        method: 'DELETE',
        path: ['folders', folder, 'unshare'],
        json: { emails },
      })
      return body.unshared_emails ?? []
    },
    async leave(folder, sharedUserUuid) {
      const json = { shared_user_uuid: sharedUserUuid ?? null }
      await connection.send({ method: 'POST', path: ['folders', folder, 'leave'], json })
    },
  }
}
