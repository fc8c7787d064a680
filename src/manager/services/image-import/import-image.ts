import { eq } from 'drizzle-orm'
import type { ImportImage } from '../../../api/image-import.ts'
import { type ImageRef, parseImageRef } from '../../../core/image-ref.ts'
import { notFound, Problem } from '../../../core/problem.ts'
import type { Requester } from '../../context.ts'
import { registries } from '../registries.ts'
import type { CreateSessionInput } from '../requests.ts'
import type { ImageRow } from '../rows.ts'
import type { SessionContext } from '../sessions/context.ts'
import { enqueueSession } from '../sessions/enqueue.ts'
import { findImage } from '../sessions/find-image.ts'
import { importRecipe } from './import-recipe.ts'

/** How an importer image is started, where it does not say so itself. */
const DEFAULT_COMMAND = '/root/build-image.sh'
const COMMAND_LABEL = 'ai.backend.import-command'

/**
 * Starts the temporary session that builds and pushes an image: a batch session of the importer image, which finds its
 * orders in SRC_IMAGE, TARGET_IMAGE, RUNTIME_PATH and BUILD_SCRIPT (base64) and the registries' passwords in
 * /home/config/docker-creds.json. Its log is the session's. It gets no engine's socket, which would be root's power.
 */
export async function importImage(
  context: SessionContext,
  requester: Requester,
  wanted: ImportImage,
  importerImage: string,
): Promise<{ sessionId: string; sessionName: string }> {
  const { store } = context.ports
  const domainName = requester.isSuperadmin ? 'default' : requester.domainName
  const { domains } = store.tables
  const [domain] = await store.db.select().from(domains).where(eq(domains.name, domainName))
  if (!domain) throw notFound('domain', `There is no domain "${domainName}".`)
  const source = referenceOf('src', wanted.src)
  const target = referenceOf('target', wanted.target)
  if (!domain.allowedDockerRegistries.includes(target.registry)) {
    throw invalid('target', `The domain does not allow images of ${target.registry}.`)
  }
  const credentials = await credentialsOf(context, [target.registry, source.registry])
  if (!(target.registry in credentials)) {
    throw invalid('target', `No registry "${target.registry}" is configured.`)
  }
  const importer = await importerOf(context, importerImage)
  const id = context.newId().replaceAll('-', '').slice(0, 12)
  const input = sessionOf(wanted, importer, { name: `importer-${id}`, domain: domainName })
  const { session } = await enqueueSession(context, requester, {
    ...input,
    internal: { docker_credentials: credentials },
  })
  context.signals.raise('schedule')
  return { sessionId: session.id, sessionName: session.name }
}

const invalid = (field: string, msg: string) =>
  new Problem('invalid-api-params', { msg, data: { [field]: msg } })

function referenceOf(field: string, text: string): ImageRef {
  try {
    return parseImageRef(text)
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause
    throw invalid(field, cause.message)
  }
}

async function importerOf({ ports }: SessionContext, name: string): Promise<ImageRow> {
  try {
    return await findImage(ports.store, name, 'x86_64')
  } catch (cause) {
    throw new Problem('service-unavailable', {
      msg: `The image that imports images, "${name}", is not known here (manager.importer-image).`,
      cause,
    })
  }
}

/** By registry, of those that are configured. */
async function credentialsOf({ ports }: SessionContext, names: readonly string[]) {
  const known = await registries(ports.config)
  return Object.fromEntries(
    names.flatMap((name) => {
      const registry = known.get(name)
      if (!registry) return []
      const { url, username = '', password = '' } = registry
      return [[name, { url, username, password }]]
    }),
  )
}

function sessionOf(
  wanted: ImportImage,
  importer: ImageRow,
  { name, domain }: { name: string; domain: string },
): CreateSessionInput {
  return {
    image: importer.name,
    architecture: importer.architecture,
    name,
    type: 'batch',
    tag: 'image-import',
    clusterSize: 1,
    clusterMode: 'single-node',
    enqueueOnly: true,
    maxWaitSeconds: 0,
    reuseIfExists: false,
    startupCommand: importer.labels[COMMAND_LABEL] ?? DEFAULT_COMMAND,
    // Nor does the keypair's own script run among passwords.
    bootstrapScript: '',
    startsAt: null,
    dependencies: [],
    callbackUrl: null,
    domain,
    group: wanted.launchOptions.group,
    ownerAccessKey: null,
    clientToken: null,
    config: {
      mounts: [],
      mountMap: {},
      mountOptions: {},
      environ: {
        SRC_IMAGE: wanted.src,
        TARGET_IMAGE: wanted.target,
        TARGET_ARCHITECTURE: wanted.architecture,
        RUNTIME_PATH: wanted.runtimePath,
        BUILD_SCRIPT: Buffer.from(importRecipe(wanted)).toString('base64'),
      },
      resources: { cpu: '1', mem: '1g' },
      resourceOpts: {},
      scalingGroup: wanted.launchOptions.scalingGroup,
      preopenPorts: [],
      agentList: [],
    },
  }
}
