import * as v from 'valibot'
import { RegistryError } from './registry-error.ts'
import { parseJson } from './registry-http.ts'

/** A registry's JSON in the form that we know. @throws RegistryError */
export function parse<Output>(
  schema: v.GenericSchema<unknown, Output>,
  bytes: Uint8Array,
  registryName: string,
): Output {
  const parsed = v.safeParse(schema, parseJson(bytes, registryName))
  if (parsed.success) return parsed.output
  throw new RegistryError(`${registryName} answers in an unknown form: ${parsed.issues[0].message}`)
}
