import { Packr } from 'msgpackr'
import type { AgentHeartbeat, AgentHello, AgentReport } from '../agent-rpc.ts'

/** Bumped when a frame changes its meaning; both ends say theirs. */
export const LINK_PROTOCOL = 1

export type StreamFrame =
  | { kind: 'data'; stream: number; seq: number; data: Uint8Array }
  | { kind: 'credit'; stream: number; bytes: number }
  | { kind: 'control'; stream: number; value: unknown }
  /** No more data in this direction. */
  | { kind: 'end'; stream: number }
  | { kind: 'closed'; stream: number; error: string | null }

export type FromAgent =
  | { kind: 'hello'; protocol: number; secret: string; hello: AgentHello }
  | { kind: 'ping' }
  | { kind: 'heartbeat'; beat: AgentHeartbeat }
  | { kind: 'report'; id: string; report: AgentReport }
  | { kind: 'result'; call: number; ok: true; value: unknown }
  | { kind: 'result'; call: number; ok: false; error: { name: string; message: string } }
  | StreamFrame

export type FromManager =
  | { kind: 'welcome'; protocol: number }
  | { kind: 'refused'; reason: string }
  /** An agent speaks that has not said hello, e.g. after the manager's restart. */
  | { kind: 'who' }
  | { kind: 'pong' }
  | { kind: 'ack'; id: string }
  | { kind: 'nack'; id: string; reason: string }
  | { kind: 'call'; call: number; method: string; args: unknown }
  | { kind: 'open'; stream: number; what: string; args: unknown }
  | StreamFrame

const packr = new Packr({ useRecords: false, encodeUndefinedAsNil: false })

export const encodeFrame = (frame: FromAgent | FromManager): Uint8Array => packr.pack(frame)
/** The other end is authenticated, so a frame that does not fit is a defect, not an attack. */
export const decodeFrame = <T extends FromAgent | FromManager>(bytes: Uint8Array): T =>
  packr.unpack(bytes) as T
