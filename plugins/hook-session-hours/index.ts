import { type HookPlugin, type PluginSettings, Reject } from '../../src/plugin/hook.ts'

/** Keeps sessions of certain resource groups waiting outside of certain hours of the day. */
export const hookSessionHours: HookPlugin = {
  name: 'session-hours',
  configure(settings) {
    const hours = textOf(settings, 'hours') ?? ''
    const [, from = '', to = ''] = /^\s*(\d{1,2})\s*-\s*(\d{1,2})\s*$/.exec(hours) ?? []
    const [start, end] = [Number(from), Number(to)]
    if (from === '' || start > 23 || end > 24) {
      throw new RangeError('session-hours: hours must be like "19-7": from the 19th hour to before the 7th')
    }
    const groups = (textOf(settings, 'scaling_groups') ?? '').split(',').map((name) => name.trim())
    const held = new Set(groups.filter(Boolean))
    const timeZone = textOf(settings, 'timezone') ?? 'UTC'
    // An unknown zone throws here.
    const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', hourCycle: 'h23', timeZone })
    return {
      PREDICATE({ session, now }) {
        if (held.size > 0 && !held.has(session.scalingGroup)) return
        const hour = Number(clock.format(now))
        const isOpen = start < end ? hour >= start && hour < end : hour >= start || hour < end
        if (isOpen) return
        throw new Reject(`Sessions start from ${start}:00 to ${end}:00 here (${timeZone}).`)
      },
    }
  },
}

function textOf(settings: PluginSettings, key: string): string | undefined {
  const value = settings[key]
  if (value === undefined || typeof value === 'string') return value
  throw new RangeError(`session-hours: ${key} must be text`)
}
