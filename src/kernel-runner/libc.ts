import { dlopen } from 'bun:ffi'

const SYMBOLS = {
  pipe2: { args: ['ptr', 'i32'], returns: 'i32' },
  fchown: { args: ['i32', 'u32', 'u32'], returns: 'i32' },
  prctl: { args: ['i32', 'u64', 'u64', 'u64', 'u64'], returns: 'i32' },
  waitpid: { args: ['i32', 'ptr', 'i32'], returns: 'i32' },
  setgroups: { args: ['u64', 'ptr'], returns: 'i32' },
} as const

const LIBRARIES = ['libc.so.6', 'libc.musl-x86_64.so.1', 'libc.musl-aarch64.so.1']
const O_CLOEXEC = 0o2000000
const WNOHANG = 1
const PR_SET_DUMPABLE = 4
const PR_SET_CHILD_SUBREAPER = 36

function open() {
  const failures: unknown[] = []
  for (const name of LIBRARIES) {
    try {
      // The loader that started us resolves the name, so it is our C library and never the image's.
      return dlopen(name, SYMBOLS).symbols
    } catch (error) {
      failures.push(error)
    }
  }
  throw new AggregateError(failures, 'no C library to load')
}

let opened: ReturnType<typeof open> | null = null
const libc = () => {
  opened ??= open()
  return opened
}

/** What Bun has no call for. Each function throws when the kernel refuses. */
export const native = {
  /** A pipe whose ends close on exec; real pipes, since `/dev/stdout` cannot be opened on Bun's socket pairs. */
  pipe(): { readFd: number; writeFd: number } {
    const ends = new Int32Array(2)
    if (libc().pipe2(ends, O_CLOEXEC) !== 0) throw new Error('no pipe: too many open files')
    const [readFd, writeFd] = ends
    if (readFd === undefined || writeFd === undefined) throw new Error('no pipe')
    return { readFd, writeFd }
  },
  chown(fd: number, uid: number, gid: number): void {
    if (libc().fchown(fd, uid, gid) !== 0) throw new Error(`cannot give descriptor ${fd} to ${uid}:${gid}`)
  },
  dropSupplementaryGroups(): void {
    if (libc().setgroups(0, null) !== 0) throw new Error('cannot drop supplementary groups')
  },
  /** Orphans of our children come to us. */
  becomeSubreaper(): void {
    libc().prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
  },
  /** Other processes of our own user may not look into our memory and environment. */
  hideMemory(): void {
    libc().prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
  },
  /** Takes the exit status of one ended child; false when it has not ended or is not ours. */
  reap(pid: number): boolean {
    return libc().waitpid(pid, new Int32Array(1), WNOHANG) === pid
  },
}
