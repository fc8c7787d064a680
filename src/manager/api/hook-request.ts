import type { HookRequest } from '../../plugin/hook.ts'

/** What hooks may see of a request: not its body, nor who asks. */
export const hookRequest = ({ clientAddress, requestId, header }: HookRequest): HookRequest => ({
  clientAddress,
  requestId,
  header,
})
