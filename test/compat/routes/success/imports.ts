import type { Hit } from '../hit.ts'
import type { Live } from '../live.ts'

const REGISTRY = 'registry.example.org'

/** An import is begun; the image that would build it is any that runs here, under the importer's name. */
export async function imports(live: Live, hit: Hit): Promise<void> {
  const { images } = await live.graphql<{ images: { name: string; tag: string; registry: string }[] }>(
    '{ images { name tag registry } }',
  )
  const [any] = images
  await live.graphql(
    'mutation($target: String!) { alias_image(alias: "lablup/importer:manylinux2010", target: $target) { ok msg } }',
    { target: `${any?.registry}/${any?.name}:${any?.tag}` },
  )
  await hit('POST /config/set', {
    body: { key: `config/docker/registry/${REGISTRY}`, value: `https://${REGISTRY}` },
  })
  await live.graphql(
    'mutation($all: [String]) { modify_domain(name: "default", props: { allowed_docker_registries: $all }) { ok msg } }',
    { all: [...new Set([...images.map(({ registry }) => registry), REGISTRY])] },
  )
  const { json } = await hit('POST /image/import', {
    body: {
      src: `${REGISTRY}/foreign:1`,
      target: `${REGISTRY}/ours:1`,
      brand: 'Foreign',
      baseDistro: 'ubuntu',
      runtimePath: '/usr/bin/python3',
      launchOptions: { scalingGroup: 'default', group: 'default' },
    },
  })
  const { sessionId } = json.importTask as { sessionId: string }
  await hit('DELETE /session/{session_name}', { at: [sessionId], query: { forced: 'true' } })
}
