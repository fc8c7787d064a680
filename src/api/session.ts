import * as v from 'valibot'
import { anObject, firstOf, flag, integer, nullableText, uuid } from './fields.ts'

/**
 * The parameters of session routes (client-wire.md §2.2): every spelling that clients have used, one shape inside.
 */
type Fields = Readonly<Record<string, unknown>>

/** Null counts as absent, which is how clients send what is not set. */
const given = (input: Fields, ...names: string[]): unknown => firstOf(input, names) ?? undefined

const textMap = v.optional(
  v.pipe(
    v.unknown(),
    // An array is a record of its indexes, too.
    v.check((value) => !Array.isArray(value), 'expected an object of names and values, not a list'),
    v.record(v.string(), v.pipe(v.union([v.string(), v.number(), v.boolean()]), v.transform(String))),
  ),
  {},
)
const amounts = v.optional(
  v.pipe(
    v.record(v.string(), v.nullable(v.union([v.string(), v.number()]))),
    v.transform((all) =>
      Object.fromEntries(
        Object.entries(all).filter((entry): entry is [string, string | number] => entry[1] !== null),
      ),
    ),
  ),
  {},
)
const list = <const Item extends v.GenericSchema>(item: Item) => v.optional(v.array(item), [])

const configFields = (fields: Fields) => ({
  mounts: given(fields, 'mounts'),
  mountMap: given(fields, 'mount_map', 'mountMap'),
  mountOptions: given(fields, 'mount_options', 'mountOptions'),
  environ: given(fields, 'environ'),
  resources: given(fields, 'resources'),
  resourceOpts: given(fields, 'resource_opts', 'resourceOpts'),
  scalingGroup: given(fields, 'scaling_group', 'scalingGroup') ?? null,
  preopenPorts: given(fields, 'preopen_ports', 'preopenPorts'),
  agentList: given(fields, 'agent_list', 'agentList'),
})

const sessionConfig = v.pipe(
  v.optional(v.nullable(anObject), {}),
  v.transform((input) => configFields(input ?? {})),
  v.object({
    mounts: list(v.string()),
    mountMap: v.optional(v.record(v.string(), v.string()), {}),
    mountOptions: v.optional(
      v.record(
        v.string(),
        v.pipe(v.object({ permission: v.optional(v.string()) }), v.transform(definedOnly)),
      ),
      {},
    ),
    environ: textMap,
    resources: amounts,
    resourceOpts: v.optional(anObject, {}),
    scalingGroup: nullableText,
    preopenPorts: list(integer),
    agentList: list(v.string()),
  }),
)

function definedOnly(option: { permission?: string | undefined }): { permission?: string } {
  return option.permission === undefined ? {} : { permission: option.permission }
}

const clusterMode = v.picklist(['single-node', 'multi-node'])
const waitSeconds = v.pipe(
  v.union([v.number(), v.pipe(v.string(), v.transform(Number))]),
  v.number(),
  v.minValue(0),
)

const sessionFields = (input: Fields) => ({
  image: given(input, 'image', 'lang'),
  name: given(input, 'name', 'session_name', 'sessionName', 'clientSessionToken'),
  architecture: given(input, 'architecture', 'arch'),
  type: given(input, 'type', 'sessionType', 'session_type'),
  tag: given(input, 'tag') ?? null,
  clusterSize: given(input, 'clusterSize', 'cluster_size'),
  clusterMode: given(input, 'clusterMode', 'cluster_mode'),
  enqueueOnly: given(input, 'enqueueOnly', 'enqueue_only'),
  maxWaitSeconds: given(input, 'maxWaitSeconds', 'max_wait_seconds'),
  reuseIfExists: given(input, 'reuseIfExists', 'reuse', 'reuse_if_exists'),
  startupCommand: given(input, 'startupCommand', 'startup_command') ?? null,
  bootstrapScript: given(input, 'bootstrap_script', 'bootstrapScript') ?? null,
  startsAt: given(input, 'starts_at', 'startsAt') ?? null,
  dependencies: given(input, 'dependencies'),
  callbackUrl: given(input, 'callback_url', 'callbackUrl', 'callbackURL') ?? null,
  domain: given(input, 'domain', 'domainName', 'domain_name'),
  group: given(input, 'group', 'groupName', 'group_name'),
  ownerAccessKey: given(input, 'owner_access_key', 'ownerAccessKey') ?? null,
  config: given(input, 'config'),
})

/** `POST /session`, as the session service takes it but for the idempotency token, which is a header. */
export const createSessionParams = v.pipe(
  anObject,
  v.transform(sessionFields),
  v.object({
    image: v.pipe(v.string('the image is missing'), v.minLength(1), v.maxLength(512)),
    name: v.string('the name is missing'),
    architecture: v.optional(v.string(), 'x86_64'),
    type: v.optional(v.picklist(['interactive', 'batch', 'inference']), 'interactive'),
    tag: v.nullable(v.pipe(v.string(), v.maxLength(64))),
    clusterSize: v.optional(v.pipe(integer, v.minValue(1), v.maxValue(1024)), 1),
    clusterMode: v.optional(clusterMode, 'single-node'),
    enqueueOnly: v.optional(flag, false),
    maxWaitSeconds: v.optional(waitSeconds, 0),
    reuseIfExists: v.optional(flag, true),
    startupCommand: v.nullable(v.string()),
    bootstrapScript: v.nullable(v.string()),
    startsAt: v.nullable(v.string()),
    dependencies: list(v.string()),
    callbackUrl: v.nullable(v.string()),
    domain: v.optional(v.string(), 'default'),
    group: v.optional(v.string(), 'default'),
    ownerAccessKey: v.nullable(v.string()),
    config: sessionConfig,
  }),
)

/** `POST /session/_/create-from-template`: what is given here wins over what the template says. */
export const fromTemplateParams = v.pipe(
  anObject,
  v.transform((input: Fields) => ({
    templateId: given(input, 'template_id', 'templateId'),
    ownerAccessKey: given(input, 'owner_access_key', 'ownerAccessKey') ?? null,
    overrides: sessionFields(input),
    config: given(input, 'config'),
  })),
  v.object({
    templateId: v.pipe(v.string('template_id is missing'), uuid),
    ownerAccessKey: v.nullable(v.string()),
    overrides: anObject,
    config: v.pipe(v.optional(anObject, {}), v.transform(configFields)),
  }),
)

/** `POST /session/_/create-cluster`. */
export const createClusterParams = v.pipe(
  anObject,
  v.transform((input: Fields) => ({
    ...sessionFields(input),
    templateId: given(input, 'template_id', 'templateId'),
    scalingGroup: given(input, 'scaling_group', 'scalingGroup') ?? null,
  })),
  v.object({
    templateId: v.pipe(v.string('template_id is missing'), uuid),
    name: v.string('the name is missing'),
    type: v.optional(v.picklist(['interactive', 'batch', 'inference']), 'interactive'),
    group: v.optional(v.string(), 'default'),
    domain: v.optional(v.string(), 'default'),
    scalingGroup: v.nullable(v.string()),
    tag: v.nullable(v.pipe(v.string(), v.maxLength(64))),
    enqueueOnly: v.optional(flag, false),
    maxWaitSeconds: v.optional(waitSeconds, 0),
    reuseIfExists: v.optional(flag, true),
    callbackUrl: v.nullable(v.string()),
    ownerAccessKey: v.nullable(v.string()),
  }),
)

const MODES: Readonly<Record<string, string>> = { continued: 'continue', 'user-input': 'input' }
const step = v.optional(v.nullable(v.string()), null)

/** Options of the batch mode; other modes ignore what they get. */
const batchOptions = v.optional(
  v.nullable(v.object({ clean: step, build: step, buildLog: v.optional(flag, false), exec: step })),
  null,
)

/** `POST /session/{s}` (§3.2). */
export const executeParams = v.pipe(
  anObject,
  v.transform((input: Fields) => ({
    mode: typeof input.mode === 'string' ? (MODES[input.mode] ?? input.mode) : input.mode,
    code: given(input, 'code') ?? '',
    runId: input.runId ?? input.run_id,
    hasRunId: 'runId' in input || 'run_id' in input,
    options: input.options ?? null,
  })),
  v.variant('mode', [
    v.object({
      mode: v.literal('query'),
      code: v.string(),
      runId: nullableText,
      hasRunId: v.boolean(),
    }),
    v.object({
      mode: v.literal('batch'),
      code: v.string(),
      runId: nullableText,
      hasRunId: v.boolean(),
      options: batchOptions,
    }),
    v.object({
      mode: v.picklist(['continue', 'input']),
      code: v.string(),
      runId: v.pipe(v.string('this mode needs the runId of the run that it goes on with'), v.minLength(1)),
      hasRunId: v.boolean(),
    }),
    v.object({
      mode: v.optional(v.literal('complete')),
      code: v.string(),
      hasRunId: v.boolean(),
      options: v.optional(v.nullable(anObject), null),
    }),
  ]),
)

export const completeParams = v.object({ code: v.string(), options: v.optional(v.nullable(anObject), {}) })

const jsonObject = <const Value extends v.GenericSchema>(value: Value) =>
  v.pipe(
    v.optional(v.nullable(v.union([v.string(), anObject])), null),
    v.rawTransform(({ dataset, addIssue, NEVER }) => {
      if (dataset.value === null || dataset.value === '') return {}
      if (typeof dataset.value !== 'string') return dataset.value
      try {
        return JSON.parse(dataset.value) as unknown
      } catch {
        addIssue({ message: 'expected JSON text of an object' })
        return NEVER
      }
    }),
    v.record(v.string(), value, 'expected an object'),
  )

const appFields = {
  port: v.optional(v.nullable(v.pipe(integer, v.minValue(1024), v.maxValue(65535))), null),
  arguments: jsonObject(v.unknown()),
  envs: jsonObject(v.string()),
}

/** Query of `tcpproxy` and `httpproxy` (§3.4). */
export const appProxyParams = v.pipe(
  anObject,
  v.transform((input: Fields) => ({ ...input, app: given(input, 'app', 'service') })),
  v.object({ app: v.string('the app is missing'), ...appFields }),
)

export const startServiceParams = v.object({
  app: v.string('the app is missing'),
  ...appFields,
  login_session_token: nullableText,
})
export const shutdownServiceParams = v.object({ service_name: v.string() })
export const renameParams = v.object({ name: v.pipe(v.string(), v.minLength(1)) })
export const destroyParams = v.object({ forced: v.optional(flag, false), recursive: v.optional(flag, false) })
export const commitParams = v.pipe(
  anObject,
  v.transform((input: Fields) => ({ filename: given(input, 'filename', 'fname') ?? null })),
  v.object({ filename: v.nullable(v.string()) }),
)
export const listFilesParams = v.object({ path: v.optional(v.nullable(v.string()), '.') })
export const downloadParams = v.object({
  files: v.pipe(
    v.union([v.array(v.string()), v.string()]),
    v.transform((files) => (typeof files === 'string' ? [files] : files)),
  ),
})
export const downloadSingleParams = v.object({ file: v.string() })
export const matchParams = v.object({ id: v.string() })
export const taskLogParams = v.pipe(
  anObject,
  v.transform((input: Fields) => ({ taskId: given(input, 'taskId', 'task_id', 'session_name') })),
  v.object({ taskId: v.pipe(v.string('taskId is missing'), v.uuid()) }),
)
export const syncRegistryParams = v.object({ agent: v.string() })

/** First frame of the WebSocket `execute` (§3.3). */
export const streamExecuteParams = v.pipe(
  anObject,
  v.transform(({ code, mode, options }: Fields) => ({
    code: code ?? '',
    mode,
    options: mode === 'batch' ? (options ?? {}) : null,
  })),
  v.object({ code: v.string(), mode: v.picklist(['query', 'batch']), options: batchOptions }),
)

/** A frame of the client on the WebSocket `pty` (§3.4). */
export const terminalFrame = v.variant('type', [
  v.object({ type: v.literal('stdin'), chars: v.pipe(v.string(), v.base64()) }),
  v.object({
    type: v.literal('resize'),
    rows: v.pipe(integer, v.minValue(1), v.maxValue(1000)),
    cols: v.pipe(integer, v.minValue(1), v.maxValue(1000)),
  }),
  v.object({ type: v.picklist(['ping', 'restart']) }),
])

const anyName = v.optional(v.nullable(v.string()), '*')

/** Query of `GET /events/session` (§3.5). */
export const sessionEventParams = v.pipe(
  anObject,
  v.transform((input: Fields) => ({
    name: given(input, 'name', 'sessionName', 'session_name'),
    sessionId: given(input, 'sessionId', 'session_id') ?? null,
    ownerAccessKey: given(input, 'ownerAccessKey', 'owner_access_key') ?? null,
    group: given(input, 'group', 'groupName', 'group_name'),
    scope: given(input, 'scope'),
  })),
  v.object({
    name: anyName,
    sessionId: v.nullable(v.pipe(v.string(), v.uuid())),
    ownerAccessKey: v.nullable(v.string()),
    group: anyName,
    scope: v.optional(v.picklist(['*', 'session', 'kernel', 'session,kernel', 'kernel,session']), '*'),
  }),
)

/** Query of `GET /events/background-task` (§3.6). */
export const taskEventParams = v.pipe(
  anObject,
  v.transform((input: Fields) => ({ taskId: given(input, 'task_id', 'taskId'), names: input.names })),
  v.object({
    taskId: v.pipe(v.string('task_id is missing'), v.uuid()),
    names: v.optional(v.picklist(['legacy'])),
  }),
)
