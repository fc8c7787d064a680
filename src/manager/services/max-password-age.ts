import type { SharedConfig } from '../../config/shared.ts'
import { parseDuration } from '../../config/value/duration.ts'

/** `config/auth/max_password_age` in milliseconds; null when passwords do not expire. */
export async function maxPasswordAge(config: SharedConfig): Promise<number | null> {
  const text = await config.get('config/auth/max_password_age')
  const seconds = text === null ? null : parseDuration(text)
  return seconds === null ? null : seconds * 1000
}
