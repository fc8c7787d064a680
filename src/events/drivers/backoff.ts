const FIRST_MS = 100
const LONGEST_MS = 30_000

/** How long an event waits before its next delivery after `failures` failed ones, in milliseconds. */
export const redeliveryDelay = (failures: number): number =>
  Math.min(FIRST_MS * 2 ** (failures - 1), LONGEST_MS)
