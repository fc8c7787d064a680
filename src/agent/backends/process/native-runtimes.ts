import { createHash } from 'node:crypto'
import { accessSync, constants, realpathSync } from 'node:fs'
import { join } from 'node:path'
import type { ImageReport } from '../../../wire/agent-rpc.ts'
import { hostArchitecture, imageAliases } from '../../images/image-aliases.ts'
import { IMAGE_LABELS } from '../../kernels/labels.ts'
import { isReachable } from '../../paths.ts'

export interface NativeRuntime {
  /** Label ai.backend.runtime-type. */
  type: 'python' | 'nodejs'
  /** Interpreter; empty = this executable plays it. */
  path: string
  version: string
}

/** The host's python3, where there is one that kernels can reach. */
export async function findPython(forOthers: boolean): Promise<NativeRuntime | null> {
  const folders = ['/usr/local/bin', '/usr/bin', ...(process.env.PATH ?? '').split(':').filter(Boolean)]
  for (const folder of new Set(folders)) {
    const path = join(folder, 'python3')
    if (!isExecutable(path)) continue
    if (forOthers && !((await isReachable(path)) && (await isReachable(realpathSync(path))))) continue
    // Debian's link names the version; asking the interpreter would cost every start of the agent.
    const named = /\/python(3\.\d+)$/.exec(realpathSync(path))?.[1]
    const version = named ?? (await pythonVersion(path))
    if (version !== null) return { type: 'python', path, version }
  }
  return null
}

export const JAVASCRIPT: NativeRuntime = { type: 'nodejs', path: '', version: `bun-${Bun.version}` }

/** A runtime dressed as an image, so that nothing above this backend sees a difference. */
export function nativeImage(runtime: NativeRuntime): ImageReport {
  const name = runtime.type === 'python' ? 'python' : 'javascript'
  const canonical = `local/${name}:${runtime.version}`
  const labels: Record<string, string> = {
    [IMAGE_LABELS.kernelSpec]: '1',
    [IMAGE_LABELS.features]: 'batch query user-input tty',
    [IMAGE_LABELS.runtimeType]: runtime.type,
    [IMAGE_LABELS.runtimePath]: runtime.path,
    'ai.backend.role': 'COMPUTE',
    'ai.backend.resource.min.cpu': '1',
    'ai.backend.resource.min.mem': '64m',
  }
  return {
    canonical,
    architecture: hostArchitecture(),
    digest: `sha256:${createHash('sha256')
      .update(JSON.stringify([canonical, labels]))
      .digest('hex')}`,
    sizeBytes: 0,
    labels,
    aliases: imageAliases(canonical),
  }
}

async function pythonVersion(path: string): Promise<string | null> {
  const child = Bun.spawn([path, '-I', '-c', 'import sys; print("%d.%d" % sys.version_info[:2])'], {
    stdout: 'pipe',
    stderr: 'ignore',
    timeout: 5_000,
  })
  const [text, code] = await Promise.all([new Response(child.stdout).text(), child.exited])
  return code === 0 && /^3\.\d+$/.test(text.trim()) ? text.trim() : null
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
