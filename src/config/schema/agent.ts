import * as v from 'valibot'
import { byteSize } from '../value/byte-size.ts'
import { duration } from '../value/duration.ts'
import { portRange } from '../value/port-range.ts'
import { decimal, flag, oneOf, orNull, text, textList, whole } from '../value/scalar.ts'
import { section } from './section.ts'

export const agentSection = section({
  /** `auto`: docker when an engine answers, else process. */
  backend: v.optional(oneOf('auto', 'docker', 'process'), 'auto'),
  /** Managers to dial, `tcp://host:6001`; null: those of the join token. */
  'manager-addrs': orNull(textList),
  /** From `backendai mgr agent token`; needed once, the agent keeps what it learns. */
  'join-token': orNull(text),
  /** Null: made at random once and kept in the data directory. */
  id: orNull(text),
  region: v.optional(text, 'local'),
  'instance-type': orNull(text),
  /** The host name or address under which users reach this node. */
  'public-host': orNull(text),
  'scaling-group': v.optional(text, 'default'),
  'scaling-group-type': v.optional(oneOf('compute', 'storage'), 'compute'),
  'pid-file': orNull(text),
  /** Runner sockets; null: `ipc` in the data directory. */
  'ipc-base-path': orNull(text),
  /** The agent's own state; null: `agent` in the data directory. */
  'var-base-path': orNull(text),
  'mount-path': orNull(text),
  'cohabiting-storage-proxy': v.optional(flag, true),
  /** Null: `commit` in the data directory. */
  'image-commit-path': orNull(text),
  /** Where a detector leaves `report.<kernel>.json`; null: nobody looks for abuse. */
  'abuse-report-path': orNull(text),
  'force-terminate-abusing-containers': v.optional(flag, false),
  'allow-compute-plugins': orNull(textList),
  'block-compute-plugins': v.optional(textList, []),
  /** Kernels that are started at the same time. */
  'kernel-creation-concurrency': v.optional(whole(1, 32), 4),
  'sync-container-lifecycles': section({
    enabled: v.optional(flag, true),
    /** Seconds between comparisons of the engine's containers with the agent's kernels. */
    interval: v.optional(duration, 10),
  }),
})

export const containerSection = section({
  'port-range': v.optional(portRange, [30000, 31000]),
  /** Owner of the processes and files of kernels; -1: the agent's own. */
  'kernel-uid': v.optional(whole(-1), -1),
  'kernel-gid': v.optional(whole(-1), -1),
  /** Where published ports listen; null: every address in a cluster, 127.0.0.1 in `up`. */
  'bind-host': orNull(text),
  /** What the manager and the app proxy dial; null: the bind host, or this node's address. */
  'advertised-host': orNull(text),
  'stats-type': v.optional(oneOf('docker', 'cgroup'), 'docker'),
  'sandbox-type': v.optional(oneOf('docker', 'jail'), 'docker'),
  'jail-args': v.optional(textList, []),
  'scratch-type': v.optional(oneOf('hostdir', 'hostfile', 'memory'), 'hostdir'),
  /** Null: `scratches` in the data directory. */
  'scratch-root': orNull(text),
  /** Bytes per kernel for `hostfile` and `memory`; 0: the type's own default. */
  'scratch-size': v.optional(byteSize, 0),
  'alternative-bridge': orNull(text),
  'swarm-enabled': v.optional(flag, false),
})

export const resourceSection = section({
  /** Cores kept for the host. */
  'reserved-cpu': v.optional(whole(0), 1),
  'reserved-mem': v.optional(byteSize, 1024 ** 3),
  'reserved-disk': v.optional(byteSize, 8 * 1024 ** 3),
  'allocation-order': v.optional(textList, ['cuda', 'rocm', 'tpu', 'cpu', 'mem']),
  'affinity-policy': v.optional(
    v.pipe(
      text,
      v.transform((name) => name.toUpperCase().replaceAll('-', '_')),
      oneOf('INTERLEAVED', 'PREFER_SINGLE_NODE'),
    ),
    'INTERLEAVED',
  ),
  'cpu-overcommit-factor': v.optional(decimal(1, 10), 1),
  'mem-overcommit-factor': v.optional(decimal(1, 10), 1),
})
