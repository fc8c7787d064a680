/** HTTP status of an engine's refusal; null when it did not answer. */
export function statusOf(error: unknown): number | null {
  if (typeof error !== 'object' || error === null || !('statusCode' in error)) return null
  return typeof error.statusCode === 'number' ? error.statusCode : null
}

/** Runs a step whose goal may be reached already: the given statuses count as done. */
export async function accepting<T>(statuses: readonly number[], step: () => Promise<T>): Promise<T | null> {
  try {
    return await step()
  } catch (error) {
    if (statuses.includes(statusOf(error) ?? 0)) return null
    throw error
  }
}
