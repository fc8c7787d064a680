/** Builds the Python image into an engine, from the Debian mirrors of this machine: `bun test/images/python/build.ts`. */
import { type EngineAddress, usualEngine } from '../../harness/engine-address.ts'
import { importImage } from '../import-image.ts'
import { PYTHON_RECIPE } from './recipe.ts'

/** Gives its name once the engine has it. */
export const buildPythonImage = (engine: EngineAddress, say?: (line: string) => void): Promise<string> =>
  importImage(engine, PYTHON_RECIPE, say)

if (import.meta.main) {
  process.exitCode = await buildPythonImage(usualEngine(), (line) => console.log(line)).then(
    (name) => {
      console.log(`${name} is ready`)
      return 0
    },
    (error: unknown) => {
      console.error(error instanceof Error ? error.message : String(error))
      return 1
    },
  )
}
