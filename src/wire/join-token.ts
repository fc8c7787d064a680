import * as v from 'valibot'

const PREFIX = 'bai1.'

const joinToken = v.object({
  /** `tcp://host:6001` of each manager. */
  addrs: v.pipe(v.array(v.string()), v.minLength(1)),
  /** The managers' CURVE public key, Z85. */
  serverKey: v.pipe(v.string(), v.length(40)),
  secret: v.pipe(v.string(), v.minLength(1)),
})
export type JoinToken = v.InferOutput<typeof joinToken>

/** One line that lets an agent find, recognise and convince the managers. It is a secret. */
export const encodeJoinToken = (token: JoinToken): string =>
  PREFIX + Buffer.from(JSON.stringify(token), 'utf8').toString('base64url')

/** @throws Error with a sentence for people; never repeats the token. */
export function decodeJoinToken(text: string): JoinToken {
  const invalid = 'the join token is not valid: take the line that `backendai mgr agent token` prints, whole'
  if (!text.startsWith(PREFIX)) throw new Error(invalid)
  try {
    return v.parse(
      joinToken,
      JSON.parse(Buffer.from(text.slice(PREFIX.length), 'base64url').toString('utf8')),
    )
  } catch {
    throw new Error(invalid)
  }
}
