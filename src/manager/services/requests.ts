/** Shapes between the REST layer and the session service; validated by src/api/session.ts. */
import type { ClusterMode, SessionStatus, SessionType } from '../../core/status.ts'

/** Kernels of one role in a cluster whose roles differ. */
export interface ClusterNode {
  role: string
  replicas: number
  image: string
  architecture: string
  resources: Record<string, string | number>
  resourceOpts: Record<string, unknown>
  /** Beside the session's; null: the session's own. */
  environ: Record<string, string> | null
  bootstrapScript: string | null
}

export interface CreateSessionInput {
  image: string
  architecture: string
  name: string
  type: SessionType
  tag: string | null
  clusterSize: number
  clusterMode: ClusterMode
  enqueueOnly: boolean
  maxWaitSeconds: number
  reuseIfExists: boolean
  startupCommand: string | null
  bootstrapScript: string | null
  startsAt: string | null
  dependencies: string[]
  callbackUrl: string | null
  domain: string
  group: string
  ownerAccessKey: string | null
  clientToken: string | null
  /** Absent: `clusterSize` kernels alike. One of the role `main` says what the session's own image is. */
  nodes?: readonly ClusterNode[]
  /** Facts for the agent that only the manager itself adds. */
  internal?: Readonly<Record<string, unknown>>
  config: {
    mounts: string[]
    mountMap: Record<string, string>
    mountOptions: Record<string, { permission?: string }>
    environ: Record<string, string>
    resources: Record<string, string | number>
    resourceOpts: Record<string, unknown>
    scalingGroup: string | null
    preopenPorts: number[]
    agentList: string[]
  }
}

export interface CreatedSession {
  sessionId: string
  sessionName: string
  status: SessionStatus | 'TIMEOUT'
  servicePorts: {
    name: string
    protocol: string
    ports: number[]
    url_template?: string
    allowed_arguments?: Record<string, unknown>
    allowed_envs?: Record<string, unknown>
  }[]
  created: boolean
}
