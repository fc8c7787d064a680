import type { Config } from './schema/index.ts'
import { camel } from './schema/section.ts'

/**
 * Keys that are read and checked but that no role acts on yet; setting one is a warning, never silence. Whoever makes
 * one work removes its line. A name covers everything below it.
 */
export const PENDING_KEYS: readonly string[] = [
  'redis.sentinel',
  'redis.service-name',
  'redis.redis-helper-config',
  ...['manager', 'api.client', 'api.manager', 'webserver', 'app-proxy', 'watcher'].flatMap((listener) =>
    ['ssl-enabled', 'ssl-cert', 'ssl-privkey'].map((key) => `${listener}.${key}`),
  ),
  ...['manager', 'agent', 'storage-proxy', 'webserver', 'app-proxy'].map((role) => `${role}.pid-file`),
  'manager.agent-selection-resource-priority',
  'agent.instance-type',
  'agent.mount-path',
  'agent.cohabiting-storage-proxy',
  'container.stats-type',
  'container.sandbox-type',
  'container.jail-args',
  'container.scratch-type',
  'container.scratch-size',
  'container.swarm-enabled',
  'resource.reserved-disk',
  'storage-proxy.node-id',
  'storage-proxy.scandir-limit',
  'storage-proxy.max-upload-size',
  'storage-proxy.session-expire',
  'webserver.service.mode',
  'webserver.service.static-path',
  'webserver.session.flush-on-startup',
  'webserver.session.auto-logout',
  'app-proxy.advertised-addr',
  'app-proxy.frontend-mode',
  'app-proxy.wildcard-domain',
  'app-proxy.advertised-port-range',
  'app-proxy.api-secret',
  'app-proxy.jwt-secret',
  'app-proxy.permit-hash-secret',
  'debug.log-events',
  'debug.log-scheduler-ticks',
  'debug.log-heartbeats',
  'debug.log-docker-events',
  'debug.log-kernel-config',
  'debug.log-alloc-map',
  'debug.log-stats',
  'debug.skip-container-deletion',
]

/** The pending keys whose values differ from the defaults. */
export const pendingKeysIn = (config: Config, defaults: Config): string[] =>
  PENDING_KEYS.filter((key) => !Bun.deepEquals(valueAt(config, key), valueAt(defaults, key)))

const valueAt = (config: Config, key: string): unknown =>
  key.split('.').reduce<unknown>((table, part) => (table as Record<string, unknown>)[camel(part)], config)
