import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { startOf } from './alive.ts'
import { engineAddress } from './engine-address.ts'

const RUN = '/run/backendai-test-engine'

/** Where the engine that tests share lives; it is never the machine's own. */
export const place = {
  run: RUN,
  /** Images stay between runs. */
  data: '/var/tmp/backendai-test-engine',
  lock: `${RUN}/lock`,
  users: `${RUN}/users`,
  log: `${RUN}/log`,
  address: engineAddress(`unix://${RUN}/docker.sock`),
}

const entry = (pid: number): string => `${place.users}/${pid}-${startOf(pid)}`

export function addUser(pid: number): void {
  mkdirSync(place.users, { recursive: true })
  writeFileSync(entry(pid), '')
}

export const removeUser = (pid: number): void => rmSync(entry(pid), { force: true })

/** Is any test process left that uses the engine? Entries of killed ones go. */
export function hasUsers(): boolean {
  const names = readdirSync(place.users)
  const alive = names.filter((name) => {
    const [pid, start] = name.split('-')
    return startOf(Number(pid)) === start
  })
  for (const name of names) if (!alive.includes(name)) rmSync(`${place.users}/${name}`, { force: true })
  return alive.length > 0
}
