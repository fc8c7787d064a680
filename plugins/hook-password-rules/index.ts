import { type HookPlugin, type PluginSettings, Reject } from '../../src/plugin/hook.ts'

const CLASSES = {
  lower: { pattern: /\p{Ll}/u, word: 'a small letter' },
  upper: { pattern: /\p{Lu}/u, word: 'a capital letter' },
  digit: { pattern: /\p{Nd}/u, word: 'a digit' },
  symbol: { pattern: /[^\p{L}\p{N}\s]/u, word: 'a symbol' },
} as const
type ClassName = keyof typeof CLASSES

/** Refuses passwords that are too short, too plain, or like the e-mail address, at sign-ups and changes. */
export const hookPasswordRules: HookPlugin = {
  name: 'password-rules',
  configure(settings) {
    const minLength = wholeNumber(settings, 'min_length', 8)
    const required = classNames(settings)
    return {
      VERIFY_PASSWORD_FORMAT({ password, email }) {
        if ([...password].length < minLength) {
          throw new Reject(`The password needs at least ${minLength} characters.`)
        }
        const missing = required.filter((name) => !CLASSES[name].pattern.test(password))
        if (missing.length > 0) {
          throw new Reject(`The password needs ${missing.map((name) => CLASSES[name].word).join(', ')}.`)
        }
        const name = email.split('@')[0]?.toLowerCase() ?? ''
        if (name.length > 2 && password.toLowerCase().includes(name)) {
          throw new Reject('The password must not contain the name of the e-mail address.')
        }
      },
    }
  },
}

function wholeNumber(settings: PluginSettings, key: string, fallback: number): number {
  const text = settings[key] ?? String(fallback)
  const value = typeof text === 'string' && /^\d{1,4}$/.test(text.trim()) ? Number(text) : Number.NaN
  if (Number.isNaN(value)) throw new RangeError(`password-rules: ${key} must be a whole number`)
  return value
}

function classNames({ require: given = '' }: PluginSettings): ClassName[] {
  const names = typeof given === 'string' ? given.split(',').map((name) => name.trim()) : []
  return names.filter(Boolean).map((name) => {
    const known = (Object.keys(CLASSES) as ClassName[]).find((one) => one === name)
    if (known) return known
    throw new RangeError(`password-rules: require names lower, upper, digit, symbol, not "${name}"`)
  })
}
