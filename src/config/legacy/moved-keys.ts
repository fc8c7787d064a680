/** Keys of the original's files that have another name here. */
export const MOVED_KEYS: Readonly<Record<string, string>> = {
  'db.type': 'store.kind',
  'db.addr': 'store.addr',
  'db.name': 'store.name',
  'db.user': 'store.user',
  'db.password': 'store.password',
  'db.pool-size': 'store.pool-size',
  'agent.mode': 'agent.backend',
  'agent.allowed-compute-plugins': 'agent.allow-compute-plugins',
  'agent.blocked-compute-plugins': 'agent.block-compute-plugins',
  'manager.addr': 'agent.manager-addrs',
  'watcher.ssl-key': 'watcher.ssl-privkey',

  'service.ip': 'webserver.service-addr.host',
  'service.port': 'webserver.service-addr.port',
  'service.ssl-enabled': 'webserver.ssl-enabled',
  'service.ssl-cert': 'webserver.ssl-cert',
  'service.ssl-privkey': 'webserver.ssl-privkey',
  'service.wsproxy.url': 'webserver.service.wsproxy-url',
  'pipeline.jwt.secret': 'webserver.pipeline.jwt-secret',
  'session.redis': 'redis',
  service: 'webserver.service',
  resources: 'webserver.resources',
  environments: 'webserver.environments',
  plugin: 'webserver.plugin',
  pipeline: 'webserver.pipeline',
  ui: 'webserver.ui',
  session: 'webserver.session',

  'wsproxy.bind-host': 'app-proxy.service-addr.host',
  'wsproxy.bind-api-port': 'app-proxy.service-addr.port',
  'wsproxy.advertised-host': 'app-proxy.advertised-addr.host',
  'wsproxy.advertised-api-port': 'app-proxy.advertised-addr.port',
  'wsproxy.bind-proxy-port-range': 'app-proxy.port-range',
  'wsproxy.advertised-proxy-port-range': 'app-proxy.advertised-port-range',
  'wsproxy.jwt-encrypt-key': 'app-proxy.jwt-secret',
  'wsproxy.permit-hash-key': 'app-proxy.permit-hash-secret',
  'wsproxy.api-secret': 'app-proxy.api-secret',
  'wsproxy.id': 'app-proxy.id',
  'wsproxy.pid-file': 'app-proxy.pid-file',
}

/** In webserver.conf only, where these tables are the web pages' own. */
export const WEBSERVER_MOVED_KEYS: Readonly<Record<string, string>> = {
  api: 'webserver.api',
  license: 'webserver.license',
}
