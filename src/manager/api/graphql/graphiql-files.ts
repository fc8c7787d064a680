import { readFile } from 'node:fs/promises'
import { version } from '@graphql-yoga/render-graphiql/package.json'

export interface GraphiqlFile {
  readonly type: string
  /** Compressed with gzip. @throws when the build has not placed it */
  read(): Promise<Uint8Array<ArrayBuffer>>
}

/** Where the files of this version are, beside the page; another version has another address. */
export const GRAPHIQL_FOLDER = `assets/${version}`

const SCRIPT = 'text/javascript; charset=utf-8'

type Embedded = Promise<{ default: string }>

const file = (type: string, path: () => Embedded): GraphiqlFile => ({
  type,
  read: async () => new Uint8Array(await readFile((await path()).default)),
})

/** GraphiQL's own files, which the build embeds as they are; nothing of them is read before somebody asks. */
export const graphiqlFiles: ReadonlyMap<string, GraphiqlFile> = new Map([
  [
    'graphiql.js',
    file(SCRIPT, () => import('../../../../dist/graphiql/graphiql.js.gz', { with: { type: 'file' } })),
  ],
  [
    'graphiql.css',
    file(
      'text/css; charset=utf-8',
      () => import('../../../../dist/graphiql/graphiql.css.gz', { with: { type: 'file' } }),
    ),
  ],
  [
    'editor.worker.js',
    file(SCRIPT, () => import('../../../../dist/graphiql/editor.worker.js.gz', { with: { type: 'file' } })),
  ],
  [
    'json.worker.js',
    file(SCRIPT, () => import('../../../../dist/graphiql/json.worker.js.gz', { with: { type: 'file' } })),
  ],
  [
    'graphql.worker.js',
    file(SCRIPT, () => import('../../../../dist/graphiql/graphql.worker.js.gz', { with: { type: 'file' } })),
  ],
])
