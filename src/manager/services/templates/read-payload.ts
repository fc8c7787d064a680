import * as v from 'valibot'
import {
  type ClusterTemplate,
  type TaskTemplate,
  TEMPLATE_SCHEMAS,
  type TemplateType,
  templateItem,
} from '../../../api/session-template.ts'
import { Problem } from '../../../core/problem.ts'

export interface TemplateItem<T = TaskTemplate | ClusterTemplate> {
  template: T
  name: string
  groupId: string | null
  userUuid: string | null
}

const MAX_ITEMS = 100

/**
 * The templates of a payload: JSON or YAML; bare documents, a stream of them, or `[{template: …}]`.
 * @throws Problem `invalid-api-params` that says which part of which document is wrong.
 */
export function readPayload(type: TemplateType, text: string): TemplateItem[] {
  const documents = documentsOf(parse(text))
  if (documents.length === 0) throw invalid('The payload holds no template.')
  if (documents.length > MAX_ITEMS) throw invalid(`A payload holds at most ${MAX_ITEMS} templates.`)
  return documents.map((document, index) => readItem(type, document, documents.length > 1 ? index : null))
}

const invalid = (msg: string, data: unknown = { payload: msg }, cause?: unknown) =>
  new Problem('invalid-api-params', { msg, data, cause })

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    // YAML then; it says better what is wrong.
  }
  try {
    return Bun.YAML.parse(text)
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw invalid(`Malformed payload: ${why}`, { payload: 'neither JSON nor YAML' }, cause)
  }
}

function documentsOf(value: unknown): unknown[] {
  if (Array.isArray(value)) return value.flatMap(documentsOf)
  if (isObject(value) && Array.isArray(value.session_templates)) return value.session_templates
  return value === null || value === undefined ? [] : [value]
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null

function readItem(type: TemplateType, document: unknown, index: number | null): TemplateItem {
  const wrapped = isObject(document) && 'template' in document ? document : { template: document }
  const item = check(templateItem, wrapped, index)
  const template = check(TEMPLATE_SCHEMAS[type], item.template, index)
  return {
    template,
    name: item.name ?? template.metadata.name,
    groupId: item.group_id,
    userUuid: item.user_uuid,
  }
}

function check<Schema extends v.GenericSchema>(
  schema: Schema,
  input: unknown,
  index: number | null,
): v.InferOutput<Schema> {
  const result = v.safeParse(schema, input)
  if (result.success) return result.output
  const which = index === null ? 'The template' : `Template ${index + 1}`
  const data = Object.fromEntries(
    result.issues.map((issue) => [v.getDotPath(issue) ?? 'payload', issue.message]),
  )
  const what = Object.entries(data)
    .map(([path, message]) => `${path}: ${message}`)
    .join('; ')
  throw invalid(`${which} is not valid: ${what}`, data)
}
