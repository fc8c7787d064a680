import type { Context } from 'hono'
import * as v from 'valibot'
import type { HttpEnv } from '../lib/http/http-env.ts'
import { StorageProblem } from './storage-problem.ts'

/** What hono hands to handlers here. */
export type StorageEnv = { Bindings: HttpEnv }

const MAX_BODY = 1024 * 1024

/**
 * The parameters of a request: its JSON body, whatever the method, or its query string where there is none.
 * @throws StorageProblem `invalid-api-params`
 */
export async function readParams<Schema extends v.GenericSchema>(
  c: Context<StorageEnv>,
  schema: Schema,
): Promise<v.InferOutput<Schema>> {
  const bytes = await c.env.readBody(MAX_BODY)
  const result = v.safeParse(schema, bytes.length > 0 ? parse(bytes) : c.req.query())
  if (result.success) return result.output
  const data: Record<string, string> = {}
  for (const issue of result.issues) data[v.getDotPath(issue) ?? ''] ??= issue.message
  throw new StorageProblem('invalid-api-params', 'Input validation error', { data })
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (cause) {
    throw new StorageProblem('invalid-api-params', 'Malformed body', { cause, data: {} })
  }
}
