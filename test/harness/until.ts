/** Waits until `probe` gives something other than null, undefined or false; fails after `limitMs`. For what real servers do in their own time. */
export async function until<T>(
  probe: () => T | Promise<T>,
  limitMs = 10_000,
): Promise<Exclude<T, null | undefined | false>> {
  const deadline = performance.now() + limitMs
  for (;;) {
    const value = await probe()
    if (value !== null && value !== undefined && value !== false) {
      return value as Exclude<T, null | undefined | false>
    }
    if (performance.now() > deadline)
      throw new Error(`this did not become true within ${limitMs} ms: ${probe}`)
    await Bun.sleep(5)
  }
}
