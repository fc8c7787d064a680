import { expect, test } from 'bun:test'
import type { KernelLink } from '../../../src/agent/execution/kernel-link-types.ts'
import { announcedServices } from '../../../src/agent/kernels/announced-services.ts'
import { silentLogger } from '../../../src/lib/logger.ts'
import type { ServicePort } from '../../../src/wire/agent-rpc.ts'

const service = (name: string, protocol: ServicePort['protocol']): ServicePort => ({
  name,
  protocol,
  containerPorts: [9000],
  hostPorts: [30_000],
  isInference: false,
})
const linkWith = (answer: () => Promise<unknown>) => ({ call: answer }) as unknown as Pick<KernelLink, 'call'>
const apps = linkWith(async () => ({ data: [{ name: 'jupyter', url_template: '/lab' }, { name: 'unused' }] }))
const namesOf = async (link: typeof apps, services: ServicePort[]) =>
  (await announcedServices(link, services, silentLogger)).map(({ name, urlTemplate }) => [name, urlTemplate])

test('pre-opened ports and defined services are announced, with the address of their page', async () => {
  const declared = [service('jupyter', 'http'), service('nothing', 'http'), service('9000', 'preopen')]
  expect(await namesOf(apps, declared)).toEqual([
    ['jupyter', '/lab'],
    ['9000', undefined],
  ])
})

test('an image without services is not asked; one that does not answer has none', async () => {
  const failing = linkWith(async () => {
    throw new Error('no answer')
  })
  expect(await namesOf(failing, [service('9000', 'preopen')])).toEqual([['9000', undefined]])
  expect(await namesOf(failing, [service('a', 'tcp'), service('9000', 'preopen')])).toEqual([
    ['9000', undefined],
  ])
})
