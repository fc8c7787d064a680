import type { GenericSchema, InferOutput } from 'valibot'
import type { AdminContext } from '../admin-context.ts'

/** One thing that an administrator may ask for, here or through the socket of the running role. */
export interface Operation<Params, Result> {
  readonly params: GenericSchema<unknown, Params>
  /** `Result` is plain JSON. */
  run(context: AdminContext, params: Params): Promise<Result>
}

export const defineOperation = <const Schema extends GenericSchema, Result>(
  params: Schema,
  run: (context: AdminContext, params: InferOutput<Schema>) => Promise<Result>,
): Operation<InferOutput<Schema>, Result> => ({
  params: params as unknown as GenericSchema<unknown, InferOutput<Schema>>,
  run,
})
