import * as v from 'valibot'
import { notFound, Problem, type ProblemKind } from '../../core/problem.ts'
import { type JsonAnswer, jsonRequest } from '../../lib/http/json-request.ts'
import type { StorageProxyEntry } from './storage-proxies.ts'

/** Measuring a large folder takes up to half a minute. */
const PATIENCE_MS = 60_000

export interface StorageCall {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  path: string
  body: Record<string, unknown>
  /** Default: a minute. Copies and removals of whole folders have no limit of their own. */
  signal?: AbortSignal
  /** Statuses that are answers as well as 2xx. */
  accept?: readonly number[]
}

const failure = v.object({
  error_code: v.optional(v.string(), ''),
  title: v.optional(v.string(), ''),
  msg: v.optional(v.string(), ''),
})

/** Asks a storage proxy. @throws Problem */
export async function callStorageProxy<Schema extends v.GenericSchema>(
  proxy: StorageProxyEntry,
  call: StorageCall,
  schema: Schema,
): Promise<v.InferOutput<Schema>> {
  const answer = await send(proxy, call)
  const isAnswer = (answer.status >= 200 && answer.status < 300) || call.accept?.includes(answer.status)
  if (!isAnswer) throw problemOf(proxy, answer)
  const result = v.safeParse(schema, answer.json)
  if (result.success) return result.output
  throw new Problem('storage-proxy-error', {
    msg: `The storage proxy "${proxy.name}" answered ${call.path} with something else than expected.`,
  })
}

/** Asks a storage proxy for bytes. @throws Problem */
export async function fetchFromStorageProxy(
  proxy: StorageProxyEntry,
  call: StorageCall,
): Promise<Uint8Array> {
  const answer = await send(proxy, call)
  if (answer.status >= 200 && answer.status < 300) return answer.content
  throw problemOf(proxy, answer)
}

async function send(proxy: StorageProxyEntry, call: StorageCall): Promise<JsonAnswer> {
  try {
    return await jsonRequest({
      method: call.method,
      url: proxy.managerApi + call.path,
      headers: { 'X-BackendAI-Storage-Auth-Token': proxy.secret },
      body: call.body,
      signal: call.signal ?? AbortSignal.timeout(PATIENCE_MS),
      verifyTls: proxy.verifyTls,
    })
  } catch (cause) {
    call.signal?.throwIfAborted()
    throw new Problem('service-unavailable', {
      msg: `The storage proxy "${proxy.name}" does not answer.`,
      cause,
    })
  }
}

const KINDS: Readonly<Record<string, ProblemKind>> = {
  exists: 'vfolder-operation-failed',
  'wrong-type': 'vfolder-operation-failed',
  'invalid-path': 'vfolder-operation-failed',
  conflict: 'vfolder-operation-failed',
  unsupported: 'vfolder-operation-failed',
  'invalid-api-params': 'invalid-api-params',
  'over-limit': 'over-limit',
  'no-space': 'quota-exceeded',
}

function problemOf(proxy: StorageProxyEntry, { status, json }: JsonAnswer): Problem {
  const { error_code: code, title, msg } = v.parse(failure, typeof json === 'object' && json ? json : {})
  if (code === 'not-found') return notFound('file or directory', msg)
  if (code === 'scope-not-found') return notFound('quota scope', msg)
  const kind = KINDS[code]
  if (kind) return new Problem(kind, { msg: msg || title, data: {} })
  return new Problem('storage-proxy-error', {
    msg:
      status === 403
        ? `The storage proxy "${proxy.name}" does not take this cluster's secret.`
        : `The storage proxy "${proxy.name}" failed (${status}).`,
  })
}
