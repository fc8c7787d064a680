import * as v from 'valibot'
import { firstOf, nullableText } from './fields.ts'

/** The parameters of dotfile and bootstrap script routes (client-wire.md §2.6). */
const noNul = v.check((text: string) => !text.includes('\0'), 'must not contain NUL characters')

const path = v.pipe(v.string('the path is missing'), v.minLength(1), v.maxLength(512), noNul)
const data = v.pipe(v.string('the content is missing'), v.minLength(1, 'the content is empty'), noNul)
const permission = v.pipe(
  v.string('the permission is missing'),
  v.regex(/^[0-7]{3}$/, 'expected three octal digits such as 644'),
)

const ownerKey = v.optional(v.nullable(v.string()))
/** `onwer_access_key` is how the official client spells it when it lists. */
const owner = { owner_access_key: ownerKey, onwer_access_key: ownerKey }
const scopeFields = { ...owner, domain: nullableText, group: nullableText }

const scopeOf = (given: v.InferOutput<v.ObjectSchema<typeof scopeFields, undefined>>) => ({
  ownerAccessKey: given.owner_access_key ?? given.onwer_access_key ?? null,
  domain: given.domain,
  group: given.group,
})

/** Whose dotfiles; each route reads what its kind of scope needs. */
export type DotfileScopeParams = ReturnType<typeof scopeOf>

export const writeDotfileParams = v.pipe(
  v.record(v.string(), v.unknown(), 'expected an object'),
  v.transform((input) => ({ ...input, permission: firstOf(input, ['permission', 'perm']) })),
  v.object({ ...scopeFields, path, data, permission }),
  v.transform((given) => ({
    scope: scopeOf(given),
    file: { path: given.path, perm: given.permission, data: given.data },
  })),
)

export const listDotfileParams = v.pipe(
  v.object({ ...scopeFields, path: v.optional(v.nullable(path), null) }),
  v.transform((given) => ({ scope: scopeOf(given), path: given.path })),
)

export const removeDotfileParams = v.pipe(
  v.object({ ...scopeFields, path }),
  v.transform((given) => ({ scope: scopeOf(given), path: given.path })),
)

const MAX_SCRIPT_BYTES = 65_536

export const bootstrapScriptParams = v.object({
  script: v.pipe(
    v.string('the script is missing'),
    v.check((text) => Buffer.byteLength(text) <= MAX_SCRIPT_BYTES, 'longer than 64 KiB'),
    noNul,
  ),
})
