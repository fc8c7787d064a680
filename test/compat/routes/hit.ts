import type { RawAnswer, RawRequest } from '../raw-request.ts'
import type { Keys, Live } from './live.ts'

export interface HitOptions extends Pick<Partial<RawRequest>, 'body' | 'contentType' | 'headers'> {
  /** Default: the superadmin. Null: nobody signs. */
  as?: Keys | null
  /** Replace the variables of the path, in their order. */
  at?: readonly string[]
  query?: Record<string, string>
  /** Default: any success. */
  status?: number
}

export type Hit = (route: string, options?: HitOptions) => Promise<RawAnswer>

/** A request to a documented route that must succeed. @throws Error with the answer where it does not */
export const hitOf =
  (live: Live): Hit =>
  async (route, { as = live.admin, at = [], query, status, ...more } = {}) => {
    const [method = '', path = ''] = route.split(' ')
    const names = [...at]
    const target = path.replaceAll(/\{\w+\}/g, () => encodeURIComponent(names.shift() ?? ''))
    const search = query ? `?${new URLSearchParams(query)}` : ''
    const answer = await live.ask(as, method, `${target}${search}`, more)
    const isRight = status === undefined ? answer.status < 400 : answer.status === status
    if (!isRight) throw new Error(`${route}: ${answer.status} ${answer.text.slice(0, 400)}`)
    return answer
  }
