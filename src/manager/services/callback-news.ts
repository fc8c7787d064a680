import type { SessionRow } from './rows.ts'

/** The documented body of a callback (domain-model.md §2.5). */
export interface CallbackBody {
  type: 'session_lifecycle'
  event: string
  session_id: string
  when: string
}

export interface CallbackNews {
  /** What `told` holds once the address has heard of it. */
  key: string
  at: string
  /** Null: a status that is told to nobody. */
  body: CallbackBody | null
}

const EVENT_OF: Readonly<Record<string, string>> = {
  PENDING: 'enqueued',
  SCHEDULED: 'scheduled',
  PREPARING: 'preparing',
  RUNNING: 'started',
  CANCELLED: 'cancelled',
  TERMINATING: 'terminating',
  TERMINATED: 'terminated',
}
const ORDER = Object.keys(EVENT_OF)

type Told = Readonly<Record<string, string>>
type Facts = Pick<SessionRow, 'id' | 'status' | 'statusHistory' | 'result'>

/** What has happened to a session since its callback address was last told, in order; rows are all it needs. */
export function callbackNews({ id, status, statusHistory, result }: Facts, told: Told): CallbackNews[] {
  const news = (key: string, at: string, event: string | undefined): CallbackNews => ({
    key,
    at,
    body: event === undefined ? null : { type: 'session_lifecycle', event, session_id: id, when: at },
  })
  const statuses = Object.entries(statusHistory)
    .filter(([key, at]) => told[key] !== at)
    .toSorted(([a, atA], [b, atB]) =>
      atA === atB ? ORDER.indexOf(a) - ORDER.indexOf(b) : atA < atB ? -1 : 1,
    )
    .map(([key, at]) => news(key, at, EVENT_OF[key]))
  if (result === 'undefined' || told[result] !== undefined) return statuses
  // The result comes before the end that it brings about.
  const ending = statuses.findIndex(({ key }) => key === 'TERMINATING' || key === 'TERMINATED')
  const at = statuses[ending]?.at ?? statusHistory[status] ?? ''
  return statuses.toSpliced(ending < 0 ? statuses.length : ending, 0, news(result, at, result))
}
