import { type Amount, formatDecimal, isInfinite } from '../../core/amount.ts'
import { formatBytes } from '../../core/bytes.ts'
import type { Account, PendingSession } from '../../core/scheduling.ts'
import { amountOf, lackingSlots, type Slots, slotsToJson, sumSlots } from '../../core/slots.ts'
import type { Ledger, OwnerKind } from '../ledger.ts'
import type { Predicate } from './predicate.ts'

interface LimitRule {
  name: string
  kind: OwnerKind
  idOf: (session: PendingSession) => string
  /** Whose limit it is, for people. */
  whose: string
}

const RULES: readonly LimitRule[] = [
  { name: 'keypair_resource_limit', kind: 'keypairs', idOf: (s) => s.accessKey, whose: 'keypair' },
  { name: 'user_resource_limit', kind: 'users', idOf: (s) => s.userUuid, whose: 'user' },
  { name: 'user_group_resource_limit', kind: 'projects', idOf: (s) => s.groupId, whose: 'project' },
  { name: 'domain_resource_limit', kind: 'domains', idOf: (s) => s.domainName, whose: 'domain' },
]

/** The totals that keypair, user, project and domain may hold; a missing account has no limit of its own. */
export const resourceLimits: readonly Predicate[] = RULES.map(limitPredicate)

function limitPredicate(rule: LimitRule): Predicate {
  return {
    name: rule.name,
    appliesToSystem: false,
    check(session, ledger) {
      const account: Account | undefined = ledger.snapshot[rule.kind].get(rule.idOf(session))
      if (!account) return null
      return exceeded(rule, session, account, ledger)
    },
  }
}

function exceeded(rule: LimitRule, session: PendingSession, account: Account, ledger: Ledger) {
  const used = sumSlots(account.used, ledger.added(rule.kind, rule.idOf(session)))
  const lacking = lackingSlots(sumSlots(used, session.requested), account.limit).filter(
    (name) => amountOf(session.requested, name) > 0n,
  )
  if (lacking.length === 0) return null
  const limits = lacking.map((name) => `${name}=${human(name, amountOf(account.limit, name))}`).join(', ')
  return {
    name: rule.name,
    message: `The ${rule.whose} would exceed its resource limit (${limits}).`,
    details: {
      lacking,
      limit: slotsToJson(account.limit),
      used: slotsToJson(used),
      requested: slotsToJson(session.requested),
    },
  }
}

/** An amount as people read it: memory in binary units. */
export function human(slot: string, amount: Amount): string {
  const text = formatDecimal(amount)
  if (isInfinite(amount) || !(slot === 'mem' || slot.endsWith('.mem')) || text.includes('.')) return text
  return formatBytes(BigInt(text))
}

export const humanSlots = (slots: Slots): string =>
  [...slots].map(([name, amount]) => `${name}=${human(name, amount)}`).join(', ')
