/**
 * What the agent hands to a runner at its start: environment variables for the runner itself (users' variables are in
 * environ.txt) and a few files. A container and a native process get the same names, with other paths.
 */
export const RUNNER_ENVIRON = {
  kernelId: 'BACKENDAI_KERNEL_ID',
  /** Folder of the runner link as the runner sees it; holds `runner.sock` and `token`. */
  linkDir: 'BACKENDAI_LINK_DIR',
  /** /home/work in a container, the scratch folder of a native process. */
  workDir: 'BACKENDAI_WORK_DIR',
  /** /home/config in a container; holds environ.txt, resource.txt, intrinsic-ports.json. */
  configDir: 'BACKENDAI_CONFIG_DIR',
  /** Labels ai.backend.runtime-type and ai.backend.runtime-path of the image; the path may be empty. */
  runtimeType: 'BACKENDAI_RUNTIME_TYPE',
  runtimePath: 'BACKENDAI_RUNTIME_PATH',
  /** JSON list: the command that starts this executable again here (`process.execPath` is the loader in a container). */
  selfCommand: 'BACKENDAI_SELF_COMMAND',
  /** Owner of the user's processes and files; a runner that is root drops to them. */
  uid: 'LOCAL_USER_ID',
  gid: 'LOCAL_GROUP_ID',
} as const

/** Names inside the link folder. */
export const LINK_SOCKET = 'runner.sock'
export const LINK_TOKEN = 'token'

/** Places inside a container. */
export const CONTAINER_PATHS = {
  work: '/home/work',
  config: '/home/config',
  runner: '/opt/backend.ai/runner',
  link: '/opt/backend.ai/link',
} as const

/** Every kernel listens here; a native process gets other numbers in intrinsic-ports.json: `{sshd, ttyd}`. */
export const INTRINSIC_PORTS = { sshd: 2200, ttyd: 7681 } as const
/** The original's control ports: never given to a service. */
export const RESERVED_PORTS: readonly number[] = [2000, 2001, 2002, 2003, 2200, 7681]
