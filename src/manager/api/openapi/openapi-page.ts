import type { OpenApiDocument, OpenApiOperation } from './openapi-document.ts'
import type { JsonSchema } from './params-schema.ts'

const STYLE = `
body{font:15px/1.5 system-ui,sans-serif;margin:0 auto;max-width:62rem;padding:1.5rem;color:#1c2330;background:#fff}
h1{font-size:1.5rem}h2{font-size:1.1rem;margin:2rem 0 .5rem;border-bottom:1px solid #d5dae3}
details{border:1px solid #d5dae3;border-radius:6px;margin:.4rem 0;padding:.35rem .7rem}
summary{cursor:pointer}code,b{font-family:ui-monospace,monospace}b{display:inline-block;min-width:4.5rem}
small{color:#5c6675}table{border-collapse:collapse;margin:.5rem 0;width:100%}
td,th{text-align:left;vertical-align:top;padding:.2rem .8rem .2rem 0;border-top:1px solid #e6e9ef}
nav a{margin-right:.8rem}a{color:#1858b8}
@media(prefers-color-scheme:dark){body{background:#14181f;color:#dfe4ec}details,h2,td,th{border-color:#333b48}a{color:#7db2ff}small{color:#98a2b3}}`

const POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; form-action 'none'"

/** Headers of the page: nothing but what is in it. */
export const PAGE_HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': POLICY,
  'referrer-policy': 'no-referrer',
}

/** The document for people: one page without scripts that needs no network. */
export function openApiPage({ info, tags, paths }: OpenApiDocument): string {
  const sections = tags.map(({ name }) => {
    const operations = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods)
        .filter(([, operation]) => operation.tags.includes(name))
        .map(([method, operation]) => operationHtml(method, path, operation)),
    )
    return `<h2 id="${escaped(name)}">${escaped(name)}</h2>\n${operations.join('\n')}`
  })
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escaped(info.title)} API</title><style>${STYLE}</style></head><body>
<h1>${escaped(info.title)} API <small>${escaped(info.version)}</small></h1>
<p>${escaped(info.description)}</p>
<p>The same for programs: <a href="/spec/openapi.json">openapi.json</a></p>
<nav>${tags.map(({ name }) => `<a href="#${escaped(name)}">${escaped(name)}</a>`).join(' ')}</nav>
${sections.join('\n')}
</body></html>
`
}

function operationHtml(method: string, path: string, operation: OpenApiOperation): string {
  const { summary, responses } = operation
  const notes = [
    operation['x-backendai-role'] === 'anonymous' ? 'no signature' : operation['x-backendai-role'],
    ...(operation['x-backendai-websocket'] ? ['WebSocket'] : []),
    ...(operation['x-backendai-when-frozen'] === 'refuse' ? ['not while frozen'] : []),
  ]
  const statuses = Object.keys(responses).join(', ')
  return `<details id="${escaped(operation.operationId)}"><summary><b>${method.toUpperCase()}</b> <code>${escaped(path)}</code> <small>${escaped(notes.join(', '))}</small></summary>
${summary ? `<p>${escaped(summary)}</p>` : ''}${parametersHtml(operation)}<p><small>Answers: ${escaped(statuses)}</small></p></details>`
}

interface Row {
  name: string
  where: string
  required: boolean
  schema: JsonSchema
}

function parametersHtml({ parameters = [], requestBody }: OpenApiOperation): string {
  const inPath = (parameters as (Row & { in: string })[]).map((row) => ({ ...row, where: row.in }))
  const body = requestBody?.content['application/json'].schema
  const required = Array.isArray(body?.required) ? body.required : []
  const inBody = Object.entries((body?.properties ?? {}) as Record<string, JsonSchema>).map(
    ([name, schema]): Row => ({ name, where: 'body', required: required.includes(name), schema }),
  )
  const rows = [...inPath, ...inBody]
  if (rows.length === 0) return ''
  const lines = rows.map(
    ({ name, where, required: needed, schema }) =>
      `<tr><td><code>${escaped(name)}</code></td><td>${where}${needed ? ', required' : ''}</td><td><code>${escaped(typeText(schema))}</code></td></tr>`,
  )
  return `<table>${lines.join('')}</table>`
}

function typeText(schema: JsonSchema): string {
  const { enum: names, const: one, anyOf, type, items, default: standard } = schema
  const base = Array.isArray(names)
    ? names.map((name) => JSON.stringify(name)).join(' | ')
    : one !== undefined
      ? JSON.stringify(one)
      : Array.isArray(anyOf)
        ? anyOf.map(typeText).join(' | ')
        : type === 'array'
          ? `list of ${typeText((items ?? {}) as JsonSchema)}`
          : String(type ?? 'any')
  return standard === undefined || standard === null ? base : `${base} = ${JSON.stringify(standard)}`
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
const escaped = (text: string): string => text.replaceAll(/[&<>"]/g, (sign) => ENTITIES[sign] ?? sign)
