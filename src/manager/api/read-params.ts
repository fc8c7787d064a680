import type { IncomingMessage } from 'node:http'
import * as v from 'valibot'
import { Problem } from '../../core/problem.ts'
import type { HttpEnv } from '../../lib/http/http-env.ts'

type BodySource = Pick<HttpEnv, 'readBody'> & { readonly incoming: Pick<IncomingMessage, 'headers'> }

/**
 * The parameters of a request: its JSON body when there is a non-empty one, whatever the method, else its query
 * string (client-wire.md §1.8).
 * @throws Problem `invalid-api-params`.
 */
export async function readParams(
  schema: v.GenericSchema,
  env: BodySource,
  query: URLSearchParams,
  maxBodyBytes: number,
): Promise<unknown> {
  const input = (await jsonBody(env, maxBodyBytes)) ?? fromQuery(query)
  refuseOddText(input)
  return validateParams(schema, input)
}

async function jsonBody(env: BodySource, maxBodyBytes: number): Promise<unknown> {
  if (env.incoming.headers['content-type']?.startsWith('multipart/')) return undefined
  const bytes = await env.readBody(maxBodyBytes)
  if (bytes.length === 0) return undefined
  const body = parsed(bytes)
  // Of lists, schemas would take the indexes for names.
  if (body === undefined || (isObject(body) && !Array.isArray(body))) return body
  throw new Problem('invalid-api-params', { msg: 'Malformed body: expected an object', data: {} })
}

function parsed(bytes: Uint8Array): unknown {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    return text.trim() === '' ? undefined : JSON.parse(text)
  } catch (cause) {
    throw new Problem('invalid-api-params', { msg: 'Malformed body', data: {}, cause })
  }
}

const MAX_DEPTH = 100

/** @throws Problem for NUL characters and halves of surrogate pairs, which PostgreSQL keeps in no text. */
export function refuseOddText(value: unknown, depth = 0): void {
  if (typeof value === 'string') {
    if (value.isWellFormed() && !value.includes('\0')) return
    const msg = 'Text must hold neither NUL characters nor halves of surrogate pairs.'
    throw new Problem('invalid-api-params', { msg, data: {} })
  }
  if (!isObject(value)) return
  if (depth > MAX_DEPTH) {
    throw new Problem('invalid-api-params', { msg: 'The parameters are nested too deeply.', data: {} })
  }
  for (const [key, one] of Object.entries(value)) {
    refuseOddText(key)
    refuseOddText(one, depth + 1)
  }
}

/** A name that occurs once is text, more often a list. */
function fromQuery(query: URLSearchParams): Record<string, string | string[]> {
  const params: Record<string, string | string[]> = {}
  for (const name of new Set(query.keys())) {
    const values = query.getAll(name)
    params[name] = values.length === 1 ? (values[0] ?? '') : values
  }
  return params
}

/** @throws Problem `invalid-api-params` with a message per value. */
export function validateParams<Schema extends v.GenericSchema>(
  schema: Schema,
  input: unknown,
): v.InferOutput<Schema> {
  const result = v.safeParse(schema, input)
  if (result.success) return result.output
  const data: Record<string, string> = {}
  for (const issue of result.issues) data[sentPath(issue, input)] ??= issue.message
  throw new Problem('invalid-api-params', { msg: 'Input validation error', data })
}

/** Where the value is in what was sent: keys have a spelling per client, of which the schema knows one. */
function sentPath(issue: v.BaseIssue<unknown>, input: unknown): string {
  let at = input
  const keys = (issue.path ?? []).map(({ key }) => {
    const sent = spelling(String(key), at)
    at = isObject(at) ? at[sent] : undefined
    return sent
  })
  return keys.join('.')
}

function spelling(key: string, sentIn: unknown): string {
  if (!isObject(sentIn) || key in sentIn) return key
  const snake = key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
  const camel = key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
  return [snake, camel].find((name) => name in sentIn) ?? key
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null
