import type { Io } from '../../src/admin/io.ts'
import { runAdmin } from '../../src/admin/program.ts'
import type { TempDirectory } from '../harness/temp.ts'

export interface Outcome {
  code: number
  out: string
  err: string
}

/** Runs an administration command as a user would, with its data below `dir`. */
export async function admin(
  dir: TempDirectory,
  argv: string[],
  stdin = '',
  { runProgram = async () => null }: { runProgram?: Io['runProgram'] } = {},
): Promise<Outcome> {
  let out = ''
  let err = ''
  const code = await runAdmin(argv, {
    stdout: (text) => {
      out += text
    },
    stderr: (text) => {
      err += text
    },
    env: { HOME: dir.at('home'), BACKENDAI_DATA: dir.at('data') },
    cwd: dir.path,
    readStdin: async () => stdin,
    runProgram,
  })
  return { code, out, err }
}
