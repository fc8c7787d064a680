import type { ConfigTree, SharedConfig } from '../../../config/shared.ts'
import type { Clock } from '../../../lib/clock.ts'
import type { Logger } from '../../../lib/logger.ts'
import type { PluginSettings } from '../../../plugin/hook.ts'

/** The compiled-in plugins of one kind, and what a node's own file says of them. */
export interface PluginChoice<Plugin> {
  readonly plugins: readonly Plugin[]
  /** Null: all. */
  readonly allowed: readonly string[] | null
  readonly disabled: readonly string[]
}

export interface ActivePlugin<Made> {
  readonly name: string
  readonly made: Made
}

/** Those plugins that work now, by name. */
export interface ActivePlugins<Made> extends Disposable {
  list(): Promise<readonly ActivePlugin<Made>[]>
  /** As last read, at once; old settings are read again meanwhile. */
  current(): readonly ActivePlugin<Made>[]
  /** The settings may be others now. */
  forget(): void
}

interface Options<Plugin, Made> {
  /** As in `config/plugins/<kind>`. */
  kind: 'hook' | 'error_monitor' | 'stats_monitor'
  choice: PluginChoice<Plugin>
  config: Pick<SharedConfig, 'getPrefix'>
  clock: Clock
  log: Logger
  configure(plugin: Plugin, settings: PluginSettings): Made
  dispose?(made: Made): void
}

/** Changes whose event was lost are seen after so long. */
const TTL_MS = 5000

/**
 * Follows `config/plugins/<kind>`: a plugin works while its setting `enabled` is on, and is made anew when its settings
 * change. Wrong settings are logged, and what worked before goes on; without anything before, only this plugin is out.
 */
export function createActivePlugins<
  Plugin extends { readonly name: string; readonly isOnByDefault?: boolean },
  Made,
>(options: Options<Plugin, Made>): ActivePlugins<Made> {
  const { kind, choice, config, clock, log } = options
  const offered = choice.plugins
    .filter(({ name }) => choice.allowed?.includes(name) ?? true)
    .filter(({ name }) => !choice.disabled.includes(name))
    .toSorted((one, other) => (one.name < other.name ? -1 : 1))
  const running = new Map<string, { fingerprint: string; made: Made }>()
  let known: readonly ActivePlugin<Made>[] = []
  let until = 0
  let changes = 0
  let reading: Promise<void> | null = null

  async function read(): Promise<void> {
    const seen = changes
    const tree = await config.getPrefix(`config/plugins/${kind}`)
    for (const plugin of offered) follow(plugin, tree[plugin.name])
    known = offered.flatMap(({ name }) => {
      const entry = running.get(name)
      return entry ? [{ name, made: entry.made }] : []
    })
    // A change that came while we read may not be in what we read.
    until = seen === changes ? clock.now() + TTL_MS : 0
  }

  function follow(plugin: Plugin, node: string | ConfigTree | undefined): void {
    const settings: ConfigTree = typeof node === 'object' ? node : node === undefined ? {} : { '': node }
    const before = running.get(plugin.name)
    if (!isEnabled(settings, plugin.isOnByDefault ?? false)) {
      running.delete(plugin.name)
      if (before) options.dispose?.(before.made)
      return
    }
    const fingerprint = JSON.stringify(settings)
    if (before?.fingerprint === fingerprint) return
    try {
      const made = options.configure(plugin, settings)
      running.set(plugin.name, { fingerprint, made })
      if (before) options.dispose?.(before.made)
      log.info({ kind, plugin: plugin.name }, 'a plugin works with new settings')
    } catch (error) {
      if (before) running.set(plugin.name, { ...before, fingerprint })
      log.error({ err: error, kind, plugin: plugin.name }, 'a plugin has wrong settings')
    }
  }

  const isFresh = () => offered.length === 0 || until > clock.now()
  const readOnce = () => {
    reading ??= read().finally(() => {
      reading = null
    })
    return reading
  }

  return {
    async list() {
      if (!isFresh()) await readOnce()
      return known
    },
    current() {
      if (!isFresh()) readOnce().catch((error) => log.warn({ err: error, kind }, 'plugin settings not read'))
      return known
    },
    forget() {
      changes += 1
      until = 0
    },
    [Symbol.dispose]() {
      for (const { made } of running.values()) options.dispose?.(made)
      running.clear()
    },
  }
}

function isEnabled(settings: ConfigTree, byDefault: boolean): boolean {
  const { enabled } = settings
  if (typeof enabled !== 'string') return byDefault
  return /^(true|yes|on|1)$/i.test(enabled.trim())
}
