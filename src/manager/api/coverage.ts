import { appendFileSync } from 'node:fs'

/** One answer as the manager saw it. */
export interface AnswerRecord {
  method: string
  /** Of the route, with `:names` for variables. */
  path: string
  status: number
  /** Kind of the problem that was the answer; null for anything else. */
  kind: string | null
  /** The requester's role; null where nobody signed. */
  role: string | null
  /** False where the request was refused before the route's handler. */
  entered: boolean
}

export type RecordAnswer = (answer: AnswerRecord) => void

/** Appends a line of JSON per answer, at once: whoever reads the file has every answer that a client has seen. */
export function openCoverage(path: string): RecordAnswer {
  return (answer) => appendFileSync(path, `${JSON.stringify(answer)}\n`, { mode: 0o600 })
}
