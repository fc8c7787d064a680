/**
 * What the agent hands to a runner at its start: environment variables for the runner itself; users' variables are in
 * environ.txt. A container and a native process get the same names, with other paths.
 */
export const RUNNER_ENVIRON = {
  kernelId: 'BACKENDAI_RUNNER_KERNEL_ID',
  /** The agent's socket as the runner sees it. */
  socket: 'BACKENDAI_RUNNER_SOCKET',
  /** What its hello must say. */
  token: 'BACKENDAI_RUNNER_TOKEN',
  /** /home/work in a container, the scratch folder of a native process. */
  workDir: 'BACKENDAI_RUNNER_WORK_DIR',
  /** /home/config in a container; holds environ.txt, resource.txt, intrinsic-ports.json. */
  configDir: 'BACKENDAI_RUNNER_CONFIG_DIR',
  /** Labels ai.backend.runtime-type and ai.backend.runtime-path of the image; the path may be empty. */
  runtime: 'BACKENDAI_RUNNER_RUNTIME',
  runtimePath: 'BACKENDAI_RUNNER_RUNTIME_PATH',
  /** JSON list: the command that starts this executable again here (`process.execPath` is the loader in a container). */
  self: 'BACKENDAI_RUNNER_SELF',
  /** Owner of the user's processes and files; a runner that is root drops to them. */
  uid: 'BACKENDAI_RUNNER_UID',
  gid: 'BACKENDAI_RUNNER_GID',
} as const

/** Name inside the link folder. */
export const LINK_SOCKET = 'runner.sock'

/** Places inside a container. */
export const CONTAINER_PATHS = {
  work: '/home/work',
  config: '/home/config',
  runner: '/opt/backend.ai/runner',
  link: '/opt/backend.ai/link',
} as const

/** The original's control ports, and those of sshd and ttyd: never given to a service. */
export const RESERVED_PORTS: readonly number[] = [2000, 2001, 2002, 2003, 2200, 7681]
