import { AgentError } from '../agent-error.ts'

/** Host ports for kernels: handed out round-robin, so that a port just closed is not reused at once. */
export interface PortPool {
  /** @throws AgentError PortsExhausted; takes nothing then. */
  acquire(count: number): Promise<number[]>
  /** Takes ports that a recovered kernel holds. */
  reserve(ports: readonly number[]): void
  /** Idempotent; ports outside the range are ignored. */
  release(ports: readonly number[]): void
  readonly taken: ReadonlySet<number>
}

export interface PortPoolOptions {
  /** Both ends belong to it. */
  range: readonly [first: number, last: number]
  /** Whether another program listens there. */
  isFree: (port: number) => Promise<boolean>
}

export function createPortPool({ range: [first, last], isFree }: PortPoolOptions): PortPool {
  const taken = new Set<number>()
  let next = first

  const take = (): number | null => {
    for (let tried = first; tried <= last; tried++) {
      const port = next
      next = next >= last ? first : next + 1
      if (taken.has(port)) continue
      taken.add(port)
      return port
    }
    return null
  }

  return {
    taken,
    async acquire(count) {
      const mine: number[] = []
      const busy: number[] = []
      try {
        while (mine.length < count) {
          const port = take()
          if (port === null) {
            throw new AgentError('PortsExhausted', `no ${count} free ports are left in ${first}-${last}`)
          }
          const list = (await isFree(port)) ? mine : busy
          list.push(port)
        }
        return mine
      } catch (error) {
        for (const port of mine) taken.delete(port)
        throw error
      } finally {
        for (const port of busy) taken.delete(port)
      }
    },
    reserve(ports) {
      for (const port of ports) taken.add(port)
    },
    release(ports) {
      for (const port of ports) taken.delete(port)
    },
  }
}
