import * as v from 'valibot'
import { address } from '../value/address.ts'
import { byteSize } from '../value/byte-size.ts'
import { duration } from '../value/duration.ts'
import { commaList, decimal, flag, oneOf, orNull, text, whole } from '../value/scalar.ts'
import { section } from './section.ts'
import { tlsEntries } from './tls.ts'

const off = v.optional(flag, false)
const on = v.optional(flag, true)
const limit = (value: number) => v.optional(decimal(0), value)

const words = v.optional(commaList, [])

/** What the web pages show and allow. */
const serviceSection = section({
  'force-endpoint-protocol': orNull(oneOf('http', 'https')),
  mode: v.optional(oneOf('webui', 'static'), 'webui'),
  'static-path': orNull(text),
  'wsproxy-url': orNull(text),
  'enable-signup': off,
  'allow-anonymous-change-password': off,
  'allow-project-resource-monitor': off,
  'allow-change-signin-mode': off,
  'allow-manual-image-name-for-session': off,
  'allow-signup-without-confirmation': off,
  'always-enqueue-compute-session': off,
  'webui-debug': off,
  'mask-user-info': off,
  'enable-container-commit': off,
  'enable-2fa': off,
  'force-2fa': off,
  'directory-based-usage': off,
  'hide-agents': on,
  'allow-app-download-panel': on,
  'allow-custom-resource-allocation': on,
  'enable-model-store': on,
  'single-sign-on-vendors': words,
  'sso-realm-name': orNull(text),
  'system-ssh-image': orNull(text),
  'app-download-url': orNull(text),
  'edu-appname-prefix': orNull(text),
})

const resourcesSection = section({
  'open-port-to-public': off,
  'allow-non-auth-tcp': off,
  'allow-preferred-port': off,
  'max-cpu-cores-per-container': limit(64),
  'max-memory-per-container': limit(64),
  'max-cuda-devices-per-container': limit(16),
  'max-cuda-shares-per-container': limit(16),
  'max-rocm-devices-per-container': limit(10),
  'max-tpu-devices-per-container': limit(8),
  'max-ipu-devices-per-container': limit(8),
  'max-atom-devices-per-container': limit(8),
  'max-gaudi2-devices-per-container': limit(8),
  'max-atom-plus-devices-per-container': limit(8),
  'max-warboy-devices-per-container': limit(8),
  'max-shm-per-container': limit(2),
  'max-file-upload-size': v.optional(byteSize, 4 * 1024 ** 3),
})

const sessionSection = section({
  'max-age': v.optional(duration, 604800),
  'flush-on-startup': off,
  'login-block-time': v.optional(duration, 1200),
  'login-allowed-fail-count': v.optional(whole(1), 10),
  'auto-logout': off,
  'max-count-for-preopen-ports': v.optional(whole(0), 10),
})

export const webserverSection = section({
  'service-addr': address('0.0.0.0', 8080),
  ...tlsEntries,
  'pid-file': orNull(text),
  service: serviceSection,
  resources: resourcesSection,
  environments: section({ allowlist: words }),
  plugin: section({ page: words }),
  pipeline: section({
    endpoint: v.optional(text, 'http://127.0.0.1:9500'),
    'frontend-endpoint': orNull(text),
    'jwt-secret': orNull(text),
  }),
  ui: section({
    brand: v.optional(text, 'Backend.AI'),
    'default-environment': orNull(text),
    'default-import-environment': orNull(text),
    'menu-blocklist': words,
    'menu-inactivelist': words,
    'enable-llm-playground': off,
  }),
  api: section({
    domain: v.optional(text, 'default'),
    /** Managers, tried in turn. */
    endpoint: v.optional(commaList, ['http://127.0.0.1:8081']),
    text: v.optional(text, 'Backend.AI Cloud'),
    'ssl-verify': on,
    'auth-token-name': v.optional(text, 'sToken'),
  }),
  session: sessionSection,
  license: section({
    edition: orNull(text),
    'valid-since': orNull(text),
    'valid-until': orNull(text),
  }),
})
