import type { OpenApiDocument, OpenApiOperation } from './openapi-document.ts'
import type { JsonSchema } from './params-schema.ts'

const STYLE = `
:root{color-scheme:light dark;--line:#d5dae3;--soft:#5c6675;--link:#1858b8;--tint:#f4f6fa}
body{font:15px/1.5 system-ui,sans-serif;margin:0 auto;max-width:62rem;padding:1.5rem;color:#1c2330;background:#fff;overflow-wrap:anywhere}
h1{font-size:1.5rem}h2{font-size:1.15rem;margin:2.2rem 0 0;border-bottom:1px solid var(--line)}h2+p{margin:.3rem 0 .6rem;color:var(--soft)}
details{border:1px solid var(--line);border-radius:6px;margin:.4rem 0}
summary{cursor:pointer;padding:.4rem .7rem;display:grid;grid-template-columns:4.5rem minmax(0,1fr) minmax(0,1fr);column-gap:.6rem;align-items:baseline}
summary:hover,details[open]>summary{background:var(--tint)}
code,b{font-family:ui-monospace,monospace;font-size:.92em}summary b{color:var(--link)}s{text-decoration-thickness:1px}
details>div{padding:.2rem .8rem .6rem}details>div p{margin:.4rem 0}.old{border-style:dashed}.old>summary{display:block;color:var(--soft)}.old>div{padding:0 .5rem .1rem}
small{color:var(--soft)}table{border-collapse:collapse;margin:.5rem 0;width:100%}
th{font-weight:600}td,th{text-align:left;vertical-align:top;padding:.25rem .8rem .25rem 0;border-top:1px solid var(--line)}tr:first-child th{border:0}
nav{display:flex;flex-wrap:wrap;gap:.2rem .9rem}a{color:var(--link)}
@media(max-width:40rem){body{padding:.9rem}summary{grid-template-columns:4rem minmax(0,1fr)}summary span{grid-column:2}
tr,td{display:block}td{border:0;padding:0}tr{border-top:1px solid var(--line);padding:.35rem 0}tr:first-child{display:none}}
@media(prefers-color-scheme:dark){:root{--line:#333b48;--soft:#98a2b3;--link:#7db2ff;--tint:#1c222c}body{background:#14181f;color:#dfe4ec}}`

const POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; form-action 'none'"

/** Headers of the page: nothing but what is in it. */
export const PAGE_HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': POLICY,
  'referrer-policy': 'no-referrer',
}

/** The document for people: one page without scripts that needs no network. */
export function openApiPage({ info, tags, paths }: OpenApiDocument): string {
  const all = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method, path, operation })),
  )
  const sections = tags.map(({ name, description = '' }) => {
    const ours = all.filter(({ operation }) => operation.tags.includes(name))
    const [old = [], current = []] = [true, false].map((wanted) =>
      ours
        .filter(({ operation }) => (operation.deprecated ?? false) === wanted)
        .map(({ method, path, operation }) => operationHtml(method, path, operation)),
    )
    const heading = `<h2 id="${escaped(name)}">${escaped(name)}</h2>\n<p>${escaped(description)}</p>`
    return `${heading}\n${current.join('\n')}\n${oldHtml(old)}`
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

/** Former spellings, out of the way. */
const oldHtml = (operations: readonly string[]): string =>
  operations.length === 0
    ? ''
    : `<details class="old"><summary>${operations.length} deprecated, kept for older clients</summary><div>${operations.join('\n')}</div></details>`

function operationHtml(method: string, path: string, operation: OpenApiOperation): string {
  const { summary, responses, deprecated } = operation
  const notes = [
    operation['x-backendai-role'] === 'anonymous' ? 'no signature' : `for ${operation['x-backendai-role']}s`,
    ...(operation['x-backendai-websocket'] ? ['WebSocket'] : []),
    ...(operation['x-backendai-when-frozen'] === 'refuse' ? ['not while frozen'] : []),
  ]
  const statuses = Object.keys(responses).sort().join(', ')
  const address = `<code>${escaped(path)}</code>`
  return `<details id="${escaped(operation.operationId)}"><summary><b>${method.toUpperCase()}</b> ${deprecated ? `<s>${address}</s>` : address} <span>${escaped(summary)}</span></summary>
<div><p><small>${escaped(notes.join(', '))}</small></p>${parametersHtml(operation)}<p><small>Answers: ${escaped(statuses)}</small></p></div></details>`
}

interface Row {
  name: string
  where: string
  required: boolean
  description?: string
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
    ({ name, where, required: needed, description = '', schema }) =>
      `<tr><td><code>${escaped(name)}</code></td><td>${where}${needed ? ', required' : ''}</td><td><code>${escaped(typeText(schema))}</code> ${escaped(description)}</td></tr>`,
  )
  return `<table><tr><th>Name</th><th>Where</th><th>Value</th></tr>${lines.join('')}</table>`
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
