import { expect, test } from 'bun:test'
import type { KernelRecord } from '../../../src/agent/kernels/kernel-record.ts'
import { openRecordStore } from '../../../src/agent/kernels/record-store.ts'
import { silentLogger } from '../../../src/lib/logger.ts'
import { tempDirectory } from '../../harness/temp.ts'
import { CLUSTER, kernelConfig } from '../fixtures/fake-world.ts'

const record = (kernelId: string, containerId: string | null): KernelRecord => ({
  version: 1,
  kernelId,
  sessionId: 's1',
  config: kernelConfig(kernelId),
  cluster: CLUSTER,
  token: 'token',
  uid: 1000,
  gid: 1000,
  ownsUid: false,
  hostPorts: [],
  servicePorts: [],
  containerId,
  created: null,
  restarting: false,
  batch: 'none',
  batchStartedAt: null,
  endReason: null,
})

test('once it has settled, nothing is written any more', async () => {
  using dir = tempDirectory('records')
  const store = await openRecordStore(dir.path, silentLogger)
  void store.save(record('k1', null))
  void store.save(record('k1', 'c1'))
  void store.save(record('k2', null))
  void store.remove('k2')
  await store.settled()
  const reopened = await openRecordStore(dir.path, silentLogger)
  expect((await reopened.load()).map(({ kernelId, containerId }) => [kernelId, containerId])).toEqual([
    ['k1', 'c1'],
  ])
  await Bun.file(dir.at('k1.json')).delete()
  await store.settled()
  expect(await reopened.load()).toEqual([])
})
