import * as v from 'valibot'
import { anObject, firstOf, flag, integer, nullableText, uuid } from './fields.ts'

/**
 * Session templates as users write them, in JSON or YAML, with keys in snake and camel case (domain-model.md §1.13),
 * and the parameters of their routes (client-wire.md §2.6).
 */
type Fields = Readonly<Record<string, unknown>>

/** Null counts as absent: that is how YAML reads a key without a value. */
const given = (input: Fields, ...names: string[]): unknown => firstOf(input, names) ?? undefined
const text = v.pipe(
  v.string(),
  v.check((value) => !value.includes('\0'), 'must not contain NUL characters'),
)
const optionalText = v.optional(v.nullable(text), null)
const scalarText = v.pipe(v.union([v.string(), v.number(), v.boolean()]), v.transform(String), text)
const textMap = v.optional(v.record(v.string(), scalarText), {})

const RESERVED_IN_HOME = /^(\.terminfo|\.jupyter|\.tmux\.conf|\.ssh|\.[a-z0-9]+rc|\.[a-z0-9]+_profile)$/
const mountTarget = v.pipe(
  text,
  v.check((path) => {
    const inHome = path.replace(/^\/home\/work\//, '')
    return !RESERVED_IN_HOME.test(inHome.replace(/\/+$/, ''))
  }, 'the target is a reserved name'),
)
const mounts = v.optional(v.record(v.string(), v.nullable(mountTarget)), {})
const templateName = v.pipe(text, v.minLength(1), v.maxLength(128))

/** Nothing that git would take for an option. */
const revision = v.pipe(scalarText, v.regex(/^[^-\s]\S*$/, 'expected the name of a branch or a commit'))

const git = v.pipe(
  anObject,
  v.transform((input: Fields) => ({
    repository: given(input, 'repository'),
    commit: given(input, 'commit') ?? null,
    branch: given(input, 'branch') ?? null,
    credential: given(input, 'credential') ?? null,
    destination_dir: given(input, 'destination_dir', 'destinationDir', 'dest_dir', 'destDir') ?? null,
  })),
  v.object({
    repository: v.pipe(text, v.regex(/^[^-\s]\S*$/, 'expected the address of a repository')),
    commit: v.nullable(revision),
    branch: v.nullable(revision),
    credential: v.nullable(v.object({ username: text, password: text })),
    destination_dir: v.nullable(text),
  }),
)

const run = v.pipe(
  anObject,
  v.transform((input: Fields) => ({
    bootstrap: given(input, 'bootstrap') ?? null,
    // `stratup` is how the documentation spells it.
    startup_command: given(input, 'startup_command', 'startupCommand', 'startup', 'stratup') ?? null,
  })),
  v.object({ bootstrap: optionalText, startup_command: optionalText }),
)

const taskKernel = v.pipe(
  anObject,
  v.transform((input: Fields) => ({
    image: given(input, 'image'),
    architecture: given(input, 'architecture', 'arch'),
    environ: given(input, 'environ'),
    run: given(input, 'run') ?? null,
    git: given(input, 'git') ?? null,
  })),
  v.object({
    image: v.pipe(v.string('the image is missing'), text, v.minLength(1), v.maxLength(512)),
    architecture: v.optional(text, 'x86_64'),
    environ: textMap,
    run: v.nullable(run),
    git: v.nullable(git),
  }),
)

const head = (input: Fields) => ({
  api_version: given(input, 'api_version', 'apiVersion'),
  kind: given(input, 'kind'),
  metadata: given(input, 'metadata'),
  spec: given(input, 'spec'),
})
const version = v.pipe(v.union([v.string(), v.number()], 'api_version is missing'), v.transform(String), text)

const taskTemplate = v.pipe(
  anObject,
  v.transform(head),
  v.object({
    api_version: version,
    kind: v.pipe(
      v.picklist(['taskTemplate', 'task_template'], 'expected taskTemplate'),
      v.transform(() => 'task_template' as const),
    ),
    metadata: v.object({ name: templateName, tag: v.optional(v.nullable(scalarText), null) }),
    spec: v.pipe(
      anObject,
      v.transform((input: Fields) => ({
        session_type: given(input, 'session_type', 'sessionType', 'type'),
        kernel: given(input, 'kernel'),
        scaling_group: given(input, 'scaling_group', 'scalingGroup') ?? null,
        mounts: given(input, 'mounts'),
        resources: given(input, 'resources'),
        resource_opts: given(input, 'resource_opts', 'resourceOpts'),
        agent_list: given(input, 'agent_list', 'agentList'),
      })),
      v.object({
        session_type: v.optional(v.picklist(['interactive', 'batch', 'inference']), 'interactive'),
        kernel: taskKernel,
        scaling_group: v.nullable(text),
        mounts,
        resources: textMap,
        resource_opts: textMap,
        agent_list: v.optional(v.array(text), []),
      }),
    ),
  }),
)
export type TaskTemplate = v.InferOutput<typeof taskTemplate>

const LEGACY_ROLES: Readonly<Record<string, string>> = { master: 'main', slave: 'sub' }

const clusterNode = v.pipe(
  anObject,
  v.transform((input: Fields) => ({
    role: given(input, 'role', 'cluster_role', 'clusterRole'),
    session_template: given(input, 'session_template', 'sessionTemplate'),
    replicas: given(input, 'replicas'),
  })),
  v.object({
    role: v.pipe(
      v.string('the role is missing'),
      v.regex(/^[a-z][a-z0-9-]{0,15}$/i, 'expected at most 16 letters, digits and hyphens'),
      v.transform((role) => LEGACY_ROLES[role] ?? role),
    ),
    session_template: uuid,
    replicas: v.optional(v.pipe(integer, v.minValue(1), v.maxValue(1024)), 1),
  }),
)

const clusterTemplate = v.pipe(
  anObject,
  v.transform((input: Fields) => ({ ...head(input), mode: given(input, 'mode') })),
  v.object({
    api_version: version,
    kind: v.pipe(
      v.picklist(['clusterTemplate', 'cluster_template'], 'expected clusterTemplate'),
      v.transform(() => 'cluster_template' as const),
    ),
    mode: v.picklist(['single-node', 'multi-node'], 'expected single-node or multi-node'),
    metadata: v.object({ name: templateName }),
    spec: v.object({
      environ: textMap,
      mounts,
      nodes: v.pipe(
        v.array(clusterNode),
        v.minLength(1, 'there is no node'),
        v.check(
          (nodes) => new Set(nodes.map(({ role }) => role)).size === nodes.length,
          'a role occurs twice',
        ),
        v.check(
          (nodes) => nodes.some(({ role, replicas }) => role === 'main' && replicas === 1),
          'there must be one node of the role main, with one replica',
        ),
      ),
    }),
  }),
)
export type ClusterTemplate = v.InferOutput<typeof clusterTemplate>

/** By the type that the routes' addresses name. */
export const TEMPLATE_SCHEMAS = { task: taskTemplate, cluster: clusterTemplate }
export type TemplateType = keyof typeof TEMPLATE_SCHEMAS

/** One template of a payload, before its document is checked. */
export const templateItem = v.object({
  template: anObject,
  name: v.optional(v.nullable(templateName), null),
  group_id: v.optional(v.nullable(uuid), null),
  user_uuid: v.optional(v.nullable(uuid), null),
})

const payload = v.pipe(
  v.string('the payload is missing'),
  v.minLength(1, 'the payload is empty'),
  v.maxLength(1_048_576),
)
const scope = (input: Fields) => ({
  ...input,
  group: given(input, 'group', 'groupName', 'group_name'),
  domain: given(input, 'domain', 'domainName', 'domain_name'),
  owner_access_key: given(input, 'owner_access_key', 'ownerAccessKey') ?? null,
})

export const newTemplateParams = v.pipe(
  anObject,
  v.transform(scope),
  v.object({
    group: v.optional(text, 'default'),
    domain: v.optional(text, 'default'),
    owner_access_key: v.nullable(text),
    payload,
  }),
)
export const changeTemplateParams = v.object({ payload, owner_access_key: nullableText })
export const oneTemplateParams = v.object({
  format: v.optional(v.nullable(v.picklist(['yaml', 'json'])), null),
  owner_access_key: nullableText,
})
export const removeTemplateParams = v.object({ owner_access_key: nullableText })
export const listTemplateParams = v.pipe(
  anObject,
  v.transform((input: Fields) => ({
    all: given(input, 'all'),
    group: given(input, 'group', 'group_id', 'groupId', 'group_name') ?? null,
  })),
  v.object({ all: v.optional(flag, false), group: v.nullable(text) }),
)
