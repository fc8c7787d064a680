import type { ClusterMode, SessionStatus, SessionType } from '../core/status.ts'

/** What a new session shall be; absent fields take the server's or the client's defaults. */
export interface SessionOptions {
  /** Image reference or alias. */
  image: string
  /** 4 to 64 characters; a random name when absent. */
  name?: string
  architecture?: string
  type?: SessionType
  tag?: string
  clusterSize?: number
  clusterMode?: ClusterMode
  /** Return at once, with the session still PENDING. */
  enqueueOnly?: boolean
  /** Seconds to wait for the start; 0 waits without limit. */
  maxWaitSeconds?: number
  /** Default true: an existing session of that name and image is given back. */
  reuseIfExists?: boolean
  startupCommand?: string
  bootstrapScript?: string
  /** ISO date or a delay such as `10m`; batch sessions only. */
  startsAt?: string
  /** Names or ids of sessions that must have succeeded before. */
  dependencies?: readonly string[]
  callbackUrl?: string
  domain?: string
  group?: string
  ownerAccessKey?: string
  /** Folders: `name`, `name:alias`, `name/sub/path`. */
  mounts?: readonly string[]
  /** Folder name → path in the session. */
  mountMap?: Record<string, string>
  mountOptions?: Record<string, { permission?: string }>
  environ?: Record<string, string>
  /** `{cpu: '1', mem: '256m'}`. */
  resources?: Record<string, string>
  /** `{shmem: '64m'}`. */
  resourceOpts?: Record<string, string>
  scalingGroup?: string
  preopenPorts?: readonly number[]
  agentList?: readonly string[]
  /** A repeated request with the same token gets the first answer; random when absent. */
  clientToken?: string
}

export interface ServicePort {
  name: string
  protocol: string
  ports: number[]
  url_template?: string
}

export interface CreatedSession {
  sessionId: string
  sessionName: string
  status: SessionStatus | 'TIMEOUT'
  servicePorts: ServicePort[]
  /** False when an existing session is given back. */
  created: boolean
}

/** A metric of `stats`: decimals as text. */
export interface StatMetric {
  current: string
  capacity: string | null
  pct: string
  unit_hint: string
  'stats.max'?: string
}
/** The last statistics of an ended session: metrics by name, and the scalars `status` and `version`. */
export type SessionStats = Record<string, StatMetric | string | number | null>

/** A file as `listFiles` shows it. */
export interface SessionFile {
  filename: string
  /** Bytes. */
  size: number
  /** Seconds since the epoch. */
  mtime: number
  /** `-rw-r--r--` */
  mode: string
}
