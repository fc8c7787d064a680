import type * as v from 'valibot'
import { agentSection, containerSection, resourceSection } from './agent.ts'
import { appProxySection } from './app-proxy.ts'
import { dataSection, debugSection, redisSection, storeSection } from './cluster.ts'
import { loggingSection } from './logging.ts'
import { managerSection } from './manager.ts'
import { section } from './section.ts'
import { apiSection, storageProxySection, volumeSections } from './storage-proxy.ts'
import { upSection } from './up.ts'
import { watcherSection } from './watcher.ts'
import { webserverSection } from './webserver.ts'

/** The whole file: every role reads the same one and takes its own sections. */
export const configSchema = section({
  data: dataSection,
  up: upSection,
  store: storeSection,
  redis: redisSection,
  manager: managerSection,
  agent: agentSection,
  container: containerSection,
  resource: resourceSection,
  'storage-proxy': storageProxySection,
  api: apiSection,
  volume: volumeSections,
  webserver: webserverSection,
  'app-proxy': appProxySection,
  watcher: watcherSection,
  logging: loggingSection,
  debug: debugSection,
})

export type Config = v.InferOutput<typeof configSchema>
