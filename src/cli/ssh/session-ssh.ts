import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openTunnel } from '../app/app-tunnel.ts'
import { knownApp } from '../app/known-app.ts'
import type { CommandContext } from '../command-context.ts'
import { listenError } from '../commands/app.ts'
import { CliError } from '../exit-code.ts'
import { onSession } from '../session/known-session.ts'

export interface SshTarget {
  session: string
  /** 0: any free one. */
  port: number
  owner?: string | undefined
}

/** What a program of OpenSSH needs to get into the session: key, port, and no memory of host keys. */
export type SshOptions = readonly string[]

const HOST = '127.0.0.1'
const USER = 'work'
const APP = 'sshd'
const KEY_FILE = 'id_container'

export const SSH_ADDRESS = `${USER}@${HOST}`

/**
 * Opens a tunnel to the SSH server of a session, takes the session's key, and runs `program` (`ssh` or `scp`) with
 * this terminal; its exit code. `portFlag`: how the program spells the port.
 */
export async function runSsh(
  context: CommandContext,
  { session, port, owner }: SshTarget,
  program: string,
  argumentsOf: (options: SshOptions) => readonly string[],
  portFlag: '-p' | '-P',
): Promise<number> {
  const path = Bun.which(program, { PATH: context.io.env.PATH ?? '' })
  if (!path) throw new CliError(`There is no "${program}" on this machine: install OpenSSH.`)
  const client = await context.client()
  const ref = { ownerAccessKey: owner, signal: context.signal }
  const directory = await mkdtemp(join(tmpdir(), 'backendai-ssh-'))
  try {
    const key = join(directory, KEY_FILE)
    const files = await onSession(context, session, async () => {
      await knownApp(client, session, APP, ref)
      return await client.sessions.download(session, [KEY_FILE], ref)
    })
    const content = files.find((file) => file.kind === 'file')?.content
    if (!content) throw new CliError(`The session has no ${KEY_FILE} in its home directory.`)
    await writeFile(key, content, { mode: 0o600 })
    await using tunnel = await openTunnel(
      client,
      { session, app: APP, start: {}, ownerAccessKey: owner },
      { host: HOST, port, onFailure: (error) => context.out.warn(String(error)) },
    ).catch((error: unknown) => {
      throw listenError(error, { host: HOST, port }, '-p')
    })
    const options = [
      ...['-i', key, portFlag, String(tunnel.port)],
      ...['-o', 'IdentitiesOnly=yes', '-o', 'StrictHostKeyChecking=no'],
      ...['-o', `UserKnownHostsFile=${process.platform === 'win32' ? 'NUL' : '/dev/null'}`],
      ...['-o', 'LogLevel=ERROR'],
    ]
    const child = Bun.spawn([path, ...argumentsOf(options)], {
      env: context.io.env,
      stdin: 'inherit',
      stdout: 'inherit',
      stderr: 'inherit',
    })
    return await child.exited
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}
