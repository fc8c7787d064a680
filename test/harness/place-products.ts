/** Before any test: what src imports of the build's products lies where the build would put it (see bunfig.toml). */
import { join } from 'node:path'
import { placeLibzmq } from '../../build.ts'
import { placeGraphiql } from '../../tools/graphiql-assets.ts'

placeLibzmq()
await placeGraphiql(join(import.meta.dir, '../..'))
