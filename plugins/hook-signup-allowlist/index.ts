import { type HookPlugin, type PluginSettings, Reject, type SignupOverrides } from '../../src/plugin/hook.ts'

/** Lets people sign up whose e-mail addresses belong to certain domains, and says what they get. */
export const hookSignupAllowlist: HookPlugin = {
  name: 'signup-allowlist',
  configure(settings) {
    const domains = listOf(settings, 'domains').map((domain) => domain.toLowerCase().replace(/^@/, ''))
    if (domains.length === 0) throw new RangeError('signup-allowlist: domains is empty')
    const overrides: SignupOverrides = {
      ...optional('group', settings.project),
      ...optional('resource_policy', settings.resource_policy),
      ...(settings.confirm === 'true' ? { status: 'before-verification' as const } : {}),
    }
    return {
      PRE_SIGNUP({ params: { email } }) {
        const domain = email.slice(email.lastIndexOf('@') + 1).toLowerCase()
        if (domains.includes(domain)) return overrides
        throw new Reject('People with e-mail addresses of other organizations cannot sign up here.')
      },
    }
  },
}

function listOf(settings: PluginSettings, key: string): string[] {
  const text = settings[key] ?? ''
  if (typeof text !== 'string') throw new RangeError(`signup-allowlist: ${key} must be names between commas`)
  return text
    .split(',')
    .map((one) => one.trim())
    .filter(Boolean)
}

const optional = <Key extends string>(key: Key, value: PluginSettings[string] | undefined) =>
  typeof value === 'string' && value !== '' ? ({ [key]: value } as Record<Key, string>) : {}
