import { readFile } from 'node:fs/promises'
import { type Context, Hono } from 'hono'
import * as v from 'valibot'
import { fstabParams, mountVolumeParams, unmountVolumeParams } from '../api/folder.ts'
import { Problem } from '../core/problem.ts'
import { mountsBelow, mountVolume, NodeMountError, unmountVolume } from '../lib/node-mounts.ts'

/** File systems of this node that volumes are on; `root` is where they are mounted. */
export function mountRoutes(root: () => Promise<string>): Hono {
  const app = new Hono()
  app.get('/fstab', async (c) => {
    const { fstab_path: path } = valid(fstabParams, c.req.query())
    const content = await readFile(path, 'utf8').catch((cause: unknown) => {
      throw new Problem('object-not-found', { msg: `${path} cannot be read.`, cause })
    })
    return c.text(content)
  })
  app.get('/mounts', async (c) => c.json(await mountsBelow(await root())))
  app.post('/mounts', async (c) => {
    const given = valid(mountVolumeParams, await bodyOf(c))
    const { name, fs_location: location, fs_type, options, edit_fstab, fstab_path } = given
    const fstab = edit_fstab ? fstab_path : null
    return await saying(c, async () =>
      mountVolume({ root: await root(), name, location, type: fs_type ?? 'nfs', options, fstab }),
    )
  })
  app.delete('/mounts', async (c) => {
    const { name, edit_fstab, fstab_path } = valid(unmountVolumeParams, await bodyOf(c))
    const fstab = edit_fstab ? fstab_path : null
    return await saying(c, async () => unmountVolume({ root: await root(), name, fstab }))
  })
  return app
}

/** What `mount` said is the text of a 500 (agent-kernel.md §11). */
async function saying(c: Context, change: () => Promise<void>): Promise<Response> {
  try {
    await change()
    return c.json({ result: 'ok' })
  } catch (error) {
    if (error instanceof NodeMountError) return c.text(error.message, 500)
    throw error
  }
}

const bodyOf = (c: Context): Promise<unknown> => c.req.json().catch(() => null)

function valid<Schema extends v.GenericSchema>(schema: Schema, given: unknown): v.InferOutput<Schema> {
  const { success, output, issues } = v.safeParse(schema, given)
  if (success) return output
  const [issue] = issues
  throw new Problem('invalid-api-params', {
    msg: issue ? `${v.getDotPath(issue) ?? 'body'}: ${issue.message}` : '',
  })
}
