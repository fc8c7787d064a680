import { resolve } from 'node:path'
import { ConfigError, type ConfigIssue } from '../config/config-error.ts'
import { mergeEntries } from '../config/merge.ts'
import { pendingKeysIn } from '../config/pending-keys.ts'
import { parseConfigFile, readConfigText } from '../config/source/files.ts'
import { validate } from '../config/validate.ts'
import { treeFromJson } from '../core/config-tree.ts'
import { checkMockAccelerator, isMockAccelerator } from './mock-accelerator-file.ts'

export interface CheckResult {
  readonly file: string
  /** What the file was taken for. */
  readonly kind: 'configuration' | 'mock accelerator' | 'shared configuration'
  readonly errors: readonly ConfigIssue[]
  /** The original's keys without effect here. */
  readonly ignored: readonly string[]
  /** Keys set here that no role acts on yet. */
  readonly pending: readonly string[]
}

/** Validates one file by itself: ours, the original's, a mock accelerator's, or a dump of shared configuration. */
export function checkConfigFile(path: string, cwd: string): CheckResult {
  const file = resolve(cwd, path)
  try {
    const text = readConfigText(file)
    return file.endsWith('.json') ? checkTree(file, text) : checkToml(file, text)
  } catch (error) {
    return { file, kind: 'configuration', errors: issuesOf(file, error), ignored: [], pending: [] }
  }
}

function checkToml(file: string, text: string): CheckResult {
  if (isMockAccelerator(text)) {
    return {
      file,
      kind: 'mock accelerator',
      errors: checkMockAccelerator(file, text),
      ignored: [],
      pending: [],
    }
  }
  const { entries, ignored } = parseConfigFile(file, text)
  try {
    const config = validate(mergeEntries(entries))
    const pending = pendingKeysIn(config, validate(mergeEntries([])))
    return { file, kind: 'configuration', errors: [], ignored, pending }
  } catch (error) {
    return { file, kind: 'configuration', errors: issuesOf(file, error), ignored, pending: [] }
  }
}

function checkTree(file: string, text: string): CheckResult {
  try {
    treeFromJson(JSON.parse(text))
    return { file, kind: 'shared configuration', errors: [], ignored: [], pending: [] }
  } catch (error) {
    return { file, kind: 'shared configuration', errors: issuesOf(file, error), ignored: [], pending: [] }
  }
}

function issuesOf(source: string, error: unknown): readonly ConfigIssue[] {
  if (error instanceof ConfigError) return error.issues
  const message = error instanceof Error ? error.message : String(error)
  return [{ source, key: '', message }]
}
