import { fileURLToPath } from 'node:url'

/**
 * Runs while the program is bundled (a Bun macro), or transpiled when it runs from source: the browser's script as
 * one text, so that the executable needs no file beside it.
 */
export function bundleForBrowser(): string {
  const entry = fileURLToPath(new URL('./main.ts', import.meta.url))
  const built = Bun.spawnSync([process.execPath, 'build', entry, '--target=browser', '--minify'])
  if (built.exitCode !== 0) throw new Error(built.stderr.toString())
  return built.stdout.toString()
}
