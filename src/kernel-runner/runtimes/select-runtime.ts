import { appRuntime } from './app.ts'
import { nodejsRuntime } from './nodejs.ts'
import { pythonRuntime } from './python.ts'
import type { Runtime, RuntimeName } from './runtime.ts'
import type { Workplace } from './shell.ts'

/** The runtime of the image; an image that lacks what its label promises still runs commands. */
export function selectRuntime(name: RuntimeName, workplace: Workplace): Runtime {
  if (name === 'nodejs') return nodejsRuntime(workplace)
  return (name === 'python' ? pythonRuntime(workplace) : null) ?? appRuntime(workplace)
}
