import type { ContainerSpec } from '../../../plugin/kernel-backend.ts'

/** Most processes and threads of one kernel with a user of its own: a fork bomb stops there. */
const PROCESS_LIMIT = '--nproc=8192'

/**
 * The supervising shell: it joins the control groups, sets limits, runs the runner and leaves its exit code in a file,
 * so that the code outlives the agent. It ignores a signal to the group; the runner does not (a handled signal is
 * default again in a child, an ignored one would stay ignored).
 */
export const LAUNCH_SCRIPT = `
exit_file=$1 join_files=$2
shift 2
trap : HUP INT TERM
for file in $join_files; do echo $$ > "$file" || exit 125; done
echo 500 > /proc/$$/oom_score_adj 2> /dev/null
ulimit -c 0
ulimit -n 1048576 2> /dev/null || ulimit -n "$(ulimit -H -n)"
cd / || exit 125
"$@"
code=$?
echo "$code" > "$exit_file.new" && mv "$exit_file.new" "$exit_file"
`

export interface LaunchTools {
  taskset: string | null
  prlimit: string | null
  setpriv: string | null
  /** Null where we may not bind folders into a mount namespace of a kernel's own. */
  mounts: MountTools | null
}

export interface MountTools {
  unshare: string
  mount: string
}

/** What this machine has of them, and lets us use. */
export function findLaunchTools(): LaunchTools {
  const prlimit = Bun.which('prlimit')
  const mayLimit = prlimit !== null && Bun.spawnSync([prlimit, PROCESS_LIMIT, 'true']).exitCode === 0
  return {
    taskset: Bun.which('taskset'),
    prlimit: mayLimit ? prlimit : null,
    setpriv: Bun.which('setpriv'),
    mounts: findMountTools(),
  }
}

function findMountTools(): MountTools | null {
  const [unshare, mount] = [Bun.which('unshare'), Bun.which('mount')]
  if (!unshare || !mount) return null
  const mayBind = Bun.spawnSync([unshare, '--mount', mount, '-c', '--bind', '/', '/']).exitCode === 0
  return mayBind ? { unshare, mount } : null
}

/** The runner behind the programs that pin, limit and lower it, each only where this machine has it. */
export function launchCommand(
  self: readonly string[],
  spec: Pick<ContainerSpec, 'cpus' | 'uid' | 'gid'>,
  tools: LaunchTools,
  ownUser: boolean,
): string[] {
  const pin = tools.taskset && spec.cpus.length > 0 ? [tools.taskset, '-c', spec.cpus.join(',')] : []
  const limit = tools.prlimit && ownUser ? [tools.prlimit, PROCESS_LIMIT] : []
  const user =
    tools.setpriv && ownUser
      ? [
          tools.setpriv,
          `--reuid=${spec.uid}`,
          `--regid=${spec.gid}`,
          '--clear-groups',
          '--no-new-privs',
          '--bounding-set=-all',
          '--inh-caps=-all',
        ]
      : []
  return [...pin, ...limit, ...user, ...self, 'kernel-runner']
}
