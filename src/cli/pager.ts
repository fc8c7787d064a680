/**
 * Shows a text in $PAGER, else in `less`, on the terminal that this process writes to.
 * @returns whether there was a pager; false: nothing was shown.
 */
export async function showInPager(
  text: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<boolean> {
  const command = pagerOf(env)
  if (command === null) return false
  try {
    const child = Bun.spawn(command, {
      stdin: new TextEncoder().encode(text),
      stdout: 'inherit',
      stderr: 'inherit',
      // Short texts are printed and left on the screen, long lines are not wrapped.
      env: { ...env, LESS: env.LESS ?? 'FRSX' },
    })
    return (await child.exited) !== NOT_FOUND
  } catch {
    return false
  }
}

/** What a shell answers when a command does not exist. */
const NOT_FOUND = 127

function pagerOf(env: Readonly<Record<string, string | undefined>>): string[] | null {
  if (env.PAGER === 'cat' || env.PAGER === '' || env.TERM === 'dumb') return null
  if (env.PAGER !== undefined) return ['sh', '-c', env.PAGER]
  const less = Bun.which('less')
  return less === null ? null : [less]
}
