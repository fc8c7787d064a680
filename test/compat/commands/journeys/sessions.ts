import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePorts } from '../../../harness/ports.ts'
import type { Giver, World } from '../world.ts'

const READY = /Session ID \S+ is (created and ready|already running and ready)/

/** Sessions: started in every way, used, watched, ended by every name for it. */
export async function sessions(world: World): Promise<void> {
  const { admin } = world
  await life(world)
  await commands(admin)
  await batch(admin)
  await graph(admin)
  for (const path of ['events', 'session events']) await follow(admin, path, [], /session_terminated \{/)
  for (const path of ['watch', 'session watch']) await watch(admin, path)
  await proxy(admin)
}

async function life({ admin, shape }: World): Promise<void> {
  const made = await admin.run(
    'session create',
    ['--name', 'life', '-r', 'cpu=1', '-r', 'mem=256', 'python'],
    READY,
  )
  const id = /Session ID (\S+)/.exec(made)?.[1] ?? ''
  for (const path of ['create', 'start']) await admin.run(path, ['--name', 'life', 'python'], READY)
  for (const path of ['ps', 'session list', 'admin session list']) await admin.run(path, [], new RegExp(id))
  for (const path of ['info', 'session info', 'admin session info'])
    await admin.run(path, [id], /life[\s\S]*RUNNING/)
  writeFileSync(join(admin.directory, 'note.txt'), 'a note\n')
  await admin.run('session upload', ['life', 'note.txt'], /Uploaded\./)
  await admin.run('session ls', ['life'], /note\.txt\s+7 Bytes/)
  await admin.run('session download', ['--dest', 'got', 'life', 'note.txt'], /Downloaded to/)
  if (readFileSync(join(admin.directory, 'got/note.txt'), 'utf8') !== 'a note\n')
    throw new Error('another note')
  await admin.run('run', ['--name', 'life', '-c', 'print(open("note.txt").read())', 'python'], /a note/)
  await admin.run('session logs', ['life'], /End of logs/)
  await admin.run('session status-history', ['life'], /Actual Resource Allocation Time/)
  await admin.run('session abuse-history', ['life'], /'abuse_report': None/)
  await admin.run('apps', ['-l', 'life'], /app services/)
  if (shape.dockerHost === null)
    await admin.run('session commit', ['life'], /no image to commit/, { code: 1 })
  else await admin.run('session commit', ['life'], /Request to commit Session/)
  await admin.run('session rename', ['life', 'lived'], /renamed to lived/)
  await admin.run('restart', ['lived'], /Done\./)
  await admin.run('session restart', ['lived'], /Done\./)
  await admin.run('rm', ['lived'], /Done\./)
}

/** The remaining names for ending a session. */
async function commands(admin: Giver): Promise<void> {
  for (const path of ['destroy', 'kill', 'session destroy', 'session kill', 'session rm']) {
    await admin.run('start', ['--name', 'short', 'python'], READY)
    await admin.run(path, ['short'], /Done\./)
  }
}

async function batch(admin: Giver): Promise<void> {
  const text = await admin.run(
    'session create',
    ['--type', 'batch', '--name', 'batch-job', '-c', 'echo the task speaks', 'python'],
    /Session ID/,
  )
  const id = /Session ID (\S+)/.exec(text)?.[1] ?? ''
  // The command waits for the session, not for its task.
  const succeeded = async (): Promise<boolean> => {
    const all = await admin.items('session list', ['--all', '--filter', 'name == "batch-job"'], /batch-job/)
    return all.some(({ result }) => result === 'SUCCESS')
  }
  for (let attempt = 0; attempt < 30 && !(await succeeded()); attempt += 1);
  await admin.run('task-logs', [id], /the task speaks/)
}

async function graph(admin: Giver): Promise<void> {
  await admin.run('start', ['--name', 'task-first', 'python'], READY)
  await admin.run(
    'start',
    ['--name', 'task-second', '--enqueue-only', '--depends', 'task-first', 'python'],
    /Session ID/,
  )
  await admin.run('session show-graph', ['-t', 'task-second'], /task-second[\s\S]*End of/)
  await admin.run('rm', ['task-second', 'task-first'], /Done\./)
}

/** Nothing tells when a stream is open, so sessions of this name come and go until one was seen to its end. */
async function follow(admin: Giver, path: string, options: string[], shows: RegExp): Promise<void> {
  let isOver = false
  const following = admin
    .follow(path, ['watched', ...options], shows, { endAfter: /session_terminated/, limitMs: 60_000 })
    .finally(() => {
      isOver = true
    })
  const comeAndGo = async (): Promise<void> => {
    while (!isOver) {
      await admin.run('start', ['--name', 'watched', 'python'], READY)
      await admin.run('rm', ['watched'], /Done\./)
    }
  }
  await Promise.all([following, comeAndGo()])
}

/** One of two is there whenever the watch looks for something to watch, and each comes to its end. */
async function watch(admin: Giver, path: string): Promise<void> {
  let [here, next] = ['watched-a', 'watched-b']
  await admin.run('start', ['--name', here, 'python'], READY)
  let isOver = false
  const watching = admin
    .follow(path, ['watched', '--max-wait', '60'], /session_terminated/, { limitMs: 80_000 })
    .finally(() => {
      isOver = true
    })
  const alternate = async (): Promise<void> => {
    while (!isOver) {
      await admin.run('start', ['--name', next, 'python'], READY)
      await admin.run('rm', [here], /Done\./)
      ;[here, next] = [next, here]
    }
  }
  await Promise.all([watching, alternate()])
  await admin.run('rm', [here], /Done\./)
}

/** Signs what comes unsigned. */
async function proxy(admin: Giver): Promise<void> {
  const [port = 0] = await freePorts(1)
  let answer = ''
  const meanwhile = async (): Promise<void> => {
    answer = await (await fetch(`http://localhost:${port}/auth/test?echo=signed`)).text()
  }
  await admin.follow('proxy', ['-p', `${port}`], /Running on/, {
    endAfter: /Running on/,
    meanwhile,
    limitMs: 60_000,
  })
  if (!answer.includes('signed')) throw new Error(`the proxy answered ${answer}`)
}
