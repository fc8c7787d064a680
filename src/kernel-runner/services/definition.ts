import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as v from 'valibot'

const action = v.object({
  action: v.string(),
  args: v.record(v.string(), v.unknown()),
  ref: v.optional(v.string()),
})

/** `/etc/backend.ai/service-defs/<name>.json` (agent-kernel.md §6). */
const definition = v.object({
  command: v.optional(v.array(v.string()), []),
  noop: v.optional(v.boolean(), false),
  url_template: v.optional(v.string()),
  prestart: v.optional(v.array(action)),
  prestart_actions: v.optional(v.array(action)),
  env: v.optional(v.record(v.string(), v.string()), {}),
  allowed_envs: v.optional(v.array(v.string()), []),
  allowed_arguments: v.optional(v.array(v.string()), []),
  default_arguments: v.optional(
    v.record(v.string(), v.union([v.null(), v.string(), v.array(v.string())])),
    {},
  ),
})

export type ServiceDefinition = v.InferOutput<typeof definition>
export type PrestartAction = v.InferOutput<typeof action>

/** Null when the image has none of that name. */
export async function readDefinition(folder: string, name: string): Promise<ServiceDefinition | null> {
  if (!/^[\w-]+$/.test(name)) return null
  let text: string
  try {
    text = await readFile(join(folder, `${name}.json`), 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw error
  }
  const parsed = v.safeParse(definition, JSON.parse(text))
  if (parsed.success) return parsed.output
  const [issue] = parsed.issues
  throw new Error(`${name}.json: ${v.getDotPath(issue) ?? 'the document'}: ${issue.message}`)
}

/** Names of all services that the image defines. */
export async function definitionNames(folder: string): Promise<string[]> {
  const files = await readdir(folder).catch(() => [])
  return files.filter((file) => file.endsWith('.json')).map((file) => file.slice(0, -'.json'.length))
}
