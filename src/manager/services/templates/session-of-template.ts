import type * as v from 'valibot'
import type { fromTemplateParams } from '../../../api/session.ts'
import type { TaskTemplate } from '../../../api/session-template.ts'
import { bootstrapOf } from './clone-script.ts'
import type { TemplateRow } from './find-template.ts'
import { taskTemplateOf } from './find-template.ts'

type Given = v.InferOutput<typeof fromTemplateParams>
type Fields = Readonly<Record<string, unknown>>

/**
 * The parameters of `POST /session` that a template and what is given beside it come to, still to be checked. What is
 * given wins; folders, variables and amounts of both are joined.
 */
export function sessionOfTemplate(row: TemplateRow, given: Given, newId: () => string): Fields {
  const template = taskTemplateOf(row)
  const { metadata, spec } = template
  const overrides = definedOnly(given.overrides)
  return {
    image: spec.kernel.image,
    architecture: spec.kernel.architecture,
    name: nameOf(metadata.name, newId()),
    type: spec.session_type,
    tag: metadata.tag,
    startupCommand: spec.kernel.run?.startup_command ?? null,
    domain: row.domainName,
    ...(row.groupId === null ? {} : { group: row.groupId }),
    ...overrides,
    bootstrapScript: bootstrapOf(spec.kernel.git, scriptOf(overrides, template)),
    config: configOf(template, given.config),
  }
}

function configOf({ spec }: TaskTemplate, given: Given['config']): Fields {
  const mounts = Array.isArray(given.mounts) ? given.mounts : []
  return {
    ...definedOnly(given),
    // What is no list, no object is left for the schema to refuse.
    mounts:
      given.mounts === undefined || Array.isArray(given.mounts)
        ? [...new Set([...Object.keys(spec.mounts), ...mounts])]
        : given.mounts,
    mountMap: joined(mountTargets(spec.mounts), given.mountMap),
    environ: joined(spec.kernel.environ, given.environ),
    resources: joined(spec.resources, given.resources),
    resourceOpts: joined(spec.resource_opts, given.resourceOpts),
    scalingGroup: given.scalingGroup ?? spec.scaling_group,
    agentList: given.agentList ?? spec.agent_list,
  }
}

/** Only those that a template puts somewhere. */
export const mountTargets = (mounts: Readonly<Record<string, string | null>>): Record<string, string> =>
  Object.fromEntries(Object.entries(mounts).filter((entry): entry is [string, string] => Boolean(entry[1])))

const scriptOf = (overrides: Fields, { spec }: TaskTemplate): string | null =>
  typeof overrides.bootstrapScript === 'string'
    ? overrides.bootstrapScript
    : (spec.kernel.run?.bootstrap ?? null)

function joined(base: Fields, given: unknown): unknown {
  if (given === undefined) return base
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return given
  return { ...base, ...given }
}

const definedOnly = (fields: Fields): Fields =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== null))

/** A session's name from a template's, which may be anything. */
function nameOf(name: string, id: string): string {
  const word = name.replaceAll(/[^\w.-]/g, '-').replace(/^[.-]+/, '')
  return `${word.slice(0, 40) || 'session'}-${id.replaceAll('-', '').slice(0, 8)}`
}
