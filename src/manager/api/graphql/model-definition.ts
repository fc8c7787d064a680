import * as v from 'valibot'
import { Problem } from '../../../core/problem.ts'
import { vfidText } from '../../../core/vfolder.ts'
import type { StorageHosts, StoredFile } from '../../storage/storage-hosts.ts'
import type { FolderRow } from './rows.ts'

const DEFINITION = /^model-definition\.ya?ml$/i
const README = /^readme(\.\w+)?$/i
const MAX_BYTES = 1024 * 1024

const text = v.nullish(v.string(), null)
/** `1.0` is a number in YAML and a version here. */
const version = v.nullish(v.pipe(v.union([v.string(), v.number()]), v.transform(String)), null)
const texts = v.nullish(
  v.union([
    v.array(v.string()),
    v.pipe(
      v.string(),
      v.transform((one) => [one]),
    ),
  ]),
  [],
)
/** YAML reads a bare date as text or as a date. */
const time = v.nullish(
  v.pipe(
    v.union([v.string(), v.date()]),
    v.transform((at) => new Date(at)),
    v.date('no time'),
  ),
  null,
)

const definitionSchema = v.object({
  models: v.pipe(
    v.array(
      v.object({
        name: v.string(),
        metadata: v.nullish(
          v.object({
            author: text,
            title: text,
            version,
            created: time,
            last_modified: time,
            description: text,
            task: text,
            category: text,
            architecture: text,
            framework: texts,
            label: texts,
            license: text,
            min_resource: v.nullish(v.record(v.string(), v.unknown()), null),
          }),
        ),
      }),
    ),
    v.minLength(1),
  ),
})
type Model = v.InferOutput<typeof definitionSchema>['models'][number]

/** What a model folder says of its model, or why it cannot be read. */
export interface ModelDefinition {
  model: Model | null
  readme: string | null
  readmeType: string | null
  fault: string | null
}

/** Reads `model-definition.yaml` and the README at the top of a folder. */
export async function readModelDefinition(
  storage: StorageHosts,
  { host, quotaScopeId, id }: FolderRow,
): Promise<ModelDefinition> {
  const folder = { host, vfid: vfidText(quotaScopeId, id) }
  const none = { model: null, readme: null, readmeType: null }
  const read = async ({ name, size }: StoredFile) => {
    if (size > MAX_BYTES) throw new RangeError(`${name} exceeds ${MAX_BYTES} bytes`)
    return new TextDecoder().decode(await storage.readFile(folder, name))
  }
  try {
    const files = (await storage.listFiles(folder, '.')).filter(({ type }) => type === 'FILE')
    const definition = files.find(({ name }) => DEFINITION.test(name))
    const about = files.find(({ name }) => README.test(name))
    const readme = about ? await read(about) : null
    const readmeType = about?.name.includes('.') ? about.name.slice(about.name.lastIndexOf('.') + 1) : null
    if (!definition) return { ...none, readme, readmeType, fault: 'The folder has no model-definition.yaml.' }
    const found = v.safeParse(definitionSchema, Bun.YAML.parse(await read(definition)))
    if (found.success) return { model: found.output.models[0] ?? null, readme, readmeType, fault: null }
    const [issue] = found.issues
    return {
      ...none,
      readme,
      readmeType,
      fault: `${definition.name}: ${v.getDotPath(issue) ?? 'the document'}: ${issue.message}`,
    }
  } catch (error) {
    if (error instanceof Problem) return { ...none, fault: error.msg ?? error.title }
    if (error instanceof RangeError || error instanceof SyntaxError) return { ...none, fault: error.message }
    throw error
  }
}
