import { createHmac } from 'node:crypto'
import { parseAuthorization, signingKey, stringToSign } from '../../../api/signature.ts'
import { Problem } from '../../../core/problem.ts'
import type { HttpEnv } from '../../../lib/http/http-env.ts'
import type { Requester } from '../../context.ts'
import { checkClientAddress } from '../../services/login.ts'
import type { Hooks } from '../../services/plugins/hooks.ts'
import type { Account, Accounts, Signer } from './accounts.ts'
import { parseDate } from './parse-date.ts'

/** What of a request is verified. */
export interface SignedRequest {
  readonly env: HttpEnv
  readonly header: (name: string) => string | undefined
  readonly clientAddress: string
  /** The method of X-Method-Override, which some clients sign instead of the one they send. */
  readonly overriddenMethod: string | null
  readonly requestId: string
}

export type Verify = (request: SignedRequest) => Promise<Requester>

const MAX_SKEW_MS = 15 * 60_000
const MAX_SIGNERS = 8

/** Hash names as clients write them, without hyphens → as node:crypto knows them. */
const HASHES: Record<string, string> = {
  sha1: 'sha1',
  sha224: 'sha224',
  sha256: 'sha256',
  sha384: 'sha384',
  sha512: 'sha512',
  sha3256: 'sha3-256',
  sha3384: 'sha3-384',
  sha3512: 'sha3-512',
}

const badAuth = (msg: string) => new Problem('invalid-auth-params', { msg })

/**
 * Checks the signature of a request (client-wire.md §1.3).
 * @throws Problem `invalid-auth-params` for what is malformed, `auth-failed` for what does not match
 * and for addresses that the account does not allow.
 */
export function createVerifier(accounts: Accounts, now: () => number, hooks: Hooks): Verify {
  async function bySomebodyElse({
    header,
    clientAddress,
    requestId,
  }: SignedRequest): Promise<Account | null> {
    if (!(await hooks.handles('PRE_AUTH_MIDDLEWARE'))) return null
    const request = { header, clientAddress, requestId }
    const [accessKey] = await hooks.demand('PRE_AUTH_MIDDLEWARE', { request }, { first: true })
    if (accessKey === undefined) return null
    const account = await accounts.byAccessKey(accessKey)
    if (!account) throw new Problem('auth-failed')
    return account
  }

  return async (request) => {
    const { header } = request
    const trusted = await bySomebodyElse(request)
    if (trusted) {
      checkClientAddress(trusted.allowedClientIp, request.clientAddress, 'auth-failed')
      return trusted.requester
    }
    const authorization = header('authorization')
    if (authorization === undefined) throw new Problem('auth-failed')

    const date = header('date') ?? header('x-backendai-date') ?? header('x-sorna-date') ?? ''
    const parsedDate = parseDate(date)
    if (!parsedDate || Math.abs(parsedDate.at - now()) > MAX_SKEW_MS) throw badAuth('Date/time sync error')

    const parsed = parseAuthorization(authorization)
    if (!parsed) throw badAuth('Malformed Authorization header')
    const hash = HASHES[parsed.hash]
    if (!hash) throw badAuth(`Unsupported hash method: ${parsed.hash}`)
    const versions = versionHeader(header)
    if (!versions) throw badAuth('The X-BackendAI-Version header is missing')

    const account = await accounts.byAccessKey(parsed.accessKey)
    if (!account) throw new Problem('auth-failed')
    const { env } = request
    const sign = signerOf(account, hash, parsedDate.day, env.rawHost)
    const matches = (method: string) => {
      const text = stringToSign({
        method,
        target: env.rawTarget,
        date,
        host: env.rawHost,
        contentType: header('content-type') ?? null,
        ...versions,
      })
      return isSame(sign(text), parsed.signature)
    }
    const { overriddenMethod } = request
    if (!matches(env.method) && !(overriddenMethod && matches(overriddenMethod))) {
      throw new Problem('auth-failed')
    }
    checkClientAddress(account.allowedClientIp, request.clientAddress, 'auth-failed')
    return account.requester
  }
}

function versionHeader(header: SignedRequest['header']) {
  const version = header('x-backendai-version')
  if (version !== undefined) return { version, versionHeader: 'x-backendai-version' as const }
  const legacy = header('x-sorna-version')
  return legacy === undefined ? null : { version: legacy, versionHeader: 'x-sorna-version' as const }
}

/** Signs with the derived key, remembered with the account: it changes once a day. */
function signerOf(account: Account, hash: string, day: string, host: string): Signer {
  const name = `${hash} ${day} ${host}`
  const known = account.signers.get(name)
  if (known) return known
  const hmac = (key: string | Uint8Array, data: string) =>
    new Uint8Array(createHmac(hash, key).update(data).digest())
  const sign = createSigner(hash, signingKey(hmac, account.secretKey, day, host))
  if (account.signers.size >= MAX_SIGNERS) account.signers.clear()
  account.signers.set(name, sign)
  return sign
}

/** Copying a keyed hasher costs a third of keying a new one; only the usual hash is worth it. */
function createSigner(hash: string, key: Uint8Array): Signer {
  if (hash !== 'sha256') return (text) => createHmac(hash, key).update(text).digest('hex')
  const keyed = new Bun.CryptoHasher('sha256', key)
  return (text) => keyed.copy().update(text).digest('hex')
}

/** In a time that depends on the lengths only. */
function isSame(expected: string, given: string): boolean {
  if (expected.length !== given.length) return false
  let difference = 0
  for (let i = 0; i < expected.length; i += 1) difference |= expected.charCodeAt(i) ^ given.charCodeAt(i)
  return difference === 0
}
