import * as v from 'valibot'
import { populate } from '../fixture/populate.ts'
import { readFixture } from '../fixture/read-fixture.ts'
import { defineOperation } from './define.ts'

/** Loads a fixture document whole or not at all; rows that are there already stay as they are. */
export const fixturePopulate = defineOperation(v.object({ json: v.unknown() }), (context, { json }) =>
  populate(context.store, readFixture(json), { now: context.clock.now }),
)
