import { parseDuration } from '../../../config/value/duration.ts'
import { invalid } from './refusals.ts'

const SESSION_TYPES: readonly string[] = ['interactive', 'batch', 'inference', 'system']
const STRATEGIES: readonly string[] = ['dispersed', 'concentrated', 'legacy', 'roundrobin']
const DEFAULTS = {
  allowed_session_types: ['interactive', 'batch'],
  pending_timeout: 0,
  config: {},
  agent_selection_strategy: 'dispersed',
  roundrobin: false,
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The options of a resource group with what they leave open filled in; unknown keys stay (domain-model.md §1.6). */
export const completeSchedulerOptions = (options: Readonly<Record<string, unknown>>) => ({
  ...DEFAULTS,
  ...options,
})

/** @throws Problem that names the option that cannot be used. */
export function checkSchedulerOptions(options: Readonly<Record<string, unknown>>): void {
  const { allowed_session_types: types, pending_timeout: timeout, config, roundrobin } = options
  const { agent_selection_strategy: strategy } = options
  if (types !== undefined && !(Array.isArray(types) && types.every((type) => SESSION_TYPES.includes(type)))) {
    throw invalid(`scheduler_opts: allowed_session_types is a list of some of ${SESSION_TYPES.join(', ')}`)
  }
  const isAmount = typeof timeout === 'number' || typeof timeout === 'string'
  if (timeout !== undefined && !(isAmount && parseDuration(String(timeout)) !== null)) {
    throw invalid('scheduler_opts: pending_timeout is a number of seconds or a duration such as "10m"')
  }
  if (config !== undefined && !isRecord(config)) throw invalid('scheduler_opts: config is an object')
  if (strategy !== undefined && !STRATEGIES.includes(String(strategy))) {
    throw invalid(`scheduler_opts: agent_selection_strategy is one of ${STRATEGIES.join(', ')}`)
  }
  if (roundrobin !== undefined && typeof roundrobin !== 'boolean') {
    throw invalid('scheduler_opts: roundrobin is true or false')
  }
}
