/** Every kind of failure that leaves the system, with its HTTP status and title (client-wire.md §1.6). */
export const PROBLEMS = {
  'general-error': [500, 'General Backend API Error.'],
  'url-not-found': [404, 'Unknown URL path.'],
  'object-not-found': [404, 'No such object.'],
  'method-not-allowed': [405, 'HTTP method not allowed.'],
  'generic-bad-request': [400, 'Bad request.'],
  'invalid-api-params': [400, 'Missing or invalid API parameters.'],
  'invalid-credentials': [400, 'Authentication credentials not valid.'],
  'invalid-auth-params': [400, 'Missing or invalid authorization parameters.'],
  'graphql-error': [400, 'GraphQL-generated error.'],
  'require-totp-authentication': [400, 'A one-time password is needed.'],
  'require-totp-registration': [400, 'One-time passwords must be set up first.'],
  'rejected-by-hook': [400, 'Operation rejected by a hook plugin.'],
  'auth-failed': [401, 'Credential/signature mismatch.'],
  'password-expired': [401, 'Password has expired.'],
  'generic-forbidden': [403, 'Forbidden operation.'],
  'insufficient-privilege': [403, 'Insufficient privilege.'],
  'over-limit': [406, 'The request exceeds a limit.'],
  conflict: [409, 'The object is in use.'],
  'session-already-exists': [400, 'The session already exists but you requested not to reuse existing one.'],
  'too-many-sessions-matched': [404, 'Too many sessions matched.'],
  'too-many-kernels': [404, 'Too many kernels matched.'],
  'too-many-vfolders': [404, 'Too many virtual folders matched.'],
  'vfolder-creation-failed': [400, 'Virtual folder creation has failed.'],
  'vfolder-already-exists': [400, 'Virtual folder already exists.'],
  'vfolder-operation-failed': [400, 'Virtual folder operation has failed.'],
  'quota-exceeded': [412, 'You have reached your resource limit.'],
  'request-too-large': [413, 'The request body is too large.'],
  'rate-limit-exceeded': [429, 'You have reached your API query rate limit.'],
  'internal-server-error': [500, 'Internal server error.'],
  'server-misconfigured': [500, 'Service misconfigured.'],
  'kernel-creation-failed': [500, 'Kernel creation has failed.'],
  'kernel-destruction-failed': [500, 'Kernel destruction has failed.'],
  'kernel-restart-failed': [500, 'Kernel restart has failed.'],
  'kernel-execution-failed': [500, 'Executing user code in the kernel has failed.'],
  'storage-proxy-error': [500, 'The storage proxy has failed.'],
  'bad-gateway': [502, 'The upstream server is not available.'],
  'not-implemented': [503, 'This API is not implemented.'],
  'service-unavailable': [503, 'Service unavailable.'],
  'server-frozen': [503, 'The server is frozen due to maintenance. Please try again later.'],
  'instance-not-available': [503, 'There is no available instance.'],
} as const satisfies Record<string, readonly [status: number, title: string]>

export type ProblemKind = keyof typeof PROBLEMS

export const isProblemKind = (name: string): name is ProblemKind => Object.hasOwn(PROBLEMS, name)

export interface ProblemOptions {
  /** One sentence for the person who asked: what is wrong and, where possible, what would be right. */
  msg?: string
  title?: string
  status?: number
  /** Machine-readable details; the shape depends on the kind. */
  data?: unknown
  agentDetails?: { type: string; title: string; exception?: string }
  cause?: unknown
}

/** The one error class that handlers throw; the edge of each role turns it into a problem document. */
export class Problem extends Error {
  readonly kind: ProblemKind
  readonly status: number
  readonly title: string
  readonly msg: string | undefined
  readonly data: unknown
  readonly agentDetails: ProblemOptions['agentDetails']

  constructor(kind: ProblemKind, options: ProblemOptions = {}) {
    const [status, title] = PROBLEMS[kind]
    super(options.msg ?? options.title ?? title, { cause: options.cause })
    this.name = 'Problem'
    this.kind = kind
    this.status = options.status ?? status
    this.title = options.title ?? title
    this.msg = options.msg
    this.data = options.data
    this.agentDetails = options.agentDetails
  }
}

/** `No such session.` and its like; `what` is one of the object names of client-wire.md §1.6. */
export const notFound = (what: string, msg?: string): Problem =>
  new Problem('object-not-found', { title: `No such ${what}.`, ...(msg === undefined ? {} : { msg }) })

/** The body of `application/problem+json`. */
export interface ProblemDocument {
  type: string
  title: string
  msg?: string
  data?: unknown
  error_code: string
  'agent-details'?: ProblemOptions['agentDetails']
}

export function problemDocument(problem: Problem): ProblemDocument {
  return {
    type: `https://api.backend.ai/probs/${problem.kind}`,
    title: problem.title,
    error_code: problem.kind,
    ...(problem.msg === undefined ? {} : { msg: problem.msg }),
    ...(problem.data === undefined ? {} : { data: problem.data }),
    ...(problem.agentDetails === undefined ? {} : { 'agent-details': problem.agentDetails }),
  }
}
