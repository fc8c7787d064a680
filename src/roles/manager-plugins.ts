import { hookPasswordRules } from '../../plugins/hook-password-rules/index.ts'
import { hookSessionHours } from '../../plugins/hook-session-hours/index.ts'
import { hookSessionLimit } from '../../plugins/hook-session-limit/index.ts'
import { hookSignupAllowlist } from '../../plugins/hook-signup-allowlist/index.ts'
import { monitorErrorLog } from '../../plugins/monitor-error-log/index.ts'
import { monitorStatsd } from '../../plugins/monitor-statsd/index.ts'
import type { ManagerPluginOptions } from '../manager/services/plugins/manager-plugins.ts'

/** The hooks and monitors inside the executable; all but the error log are off until their settings say `enabled`. */
export const MANAGER_PLUGINS: ManagerPluginOptions = {
  hooks: [hookPasswordRules, hookSessionHours, hookSessionLimit, hookSignupAllowlist],
  errorMonitors: [monitorErrorLog],
  statsMonitors: [monitorStatsd],
}
