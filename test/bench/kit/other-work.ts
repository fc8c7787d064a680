import { readdirSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { type ProcessTimes, processTimes } from './cpu-seconds.ts'

/** The container engine works for the benchmark. */
const ENGINE = /^(dockerd|containerd|containerd-shim|docker-proxy|docker-init|runc)/
const INIT = 1
const KERNEL = 2

/** Starts to watch; the function answers with the share (0 to 1) of all processors that other processes took since. */
export function watchOtherWork(): () => number {
  const before = otherSeconds()
  const startedAt = performance.now()
  return () => {
    const capacity = ((performance.now() - startedAt) / 1000) * availableParallelism()
    return Math.max(0, otherSeconds() - before) / capacity
  }
}

/**
 * CPU seconds of every process that is neither ours nor the engine's nor the kernel's. What a child used moves to its
 * parent when it ends, so the sum loses nothing but what init adopts.
 */
function otherSeconds(): number {
  const all = new Map<number, ProcessTimes>()
  for (const name of readdirSync('/proc')) {
    const pid = Number(name)
    const times = Number.isInteger(pid) ? processTimes(pid) : null
    if (times) all.set(pid, times)
  }
  let sum = 0
  for (const [pid, { own, ofChildren }] of all) if (!isOurs(pid, all)) sum += own + ofChildren
  return sum
}

function isOurs(start: number, all: ReadonlyMap<number, ProcessTimes>): boolean {
  const runners = ancestorsOfThis(all)
  if (start === INIT || start === KERNEL || runners.has(start)) return true
  for (let pid = start; pid > INIT; ) {
    const times = all.get(pid)
    if (pid === process.pid || pid === KERNEL || (times && ENGINE.test(times.name))) return true
    pid = times?.parent ?? 0
  }
  return false
}

/** Whoever started the benchmark waits for it, and counts what it used as its children's. */
function ancestorsOfThis(all: ReadonlyMap<number, ProcessTimes>): Set<number> {
  const found = new Set<number>()
  for (let pid = process.pid; pid > INIT && !found.has(pid); pid = all.get(pid)?.parent ?? 0) found.add(pid)
  return found
}
