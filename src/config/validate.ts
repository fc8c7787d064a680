import * as v from 'valibot'
import { ConfigError, type ConfigIssue } from './config-error.ts'
import type { Merged } from './merge.ts'
import { nearest } from './nearest.ts'
import { type Config, configSchema } from './schema/index.ts'
import { schemaAt } from './schema/section.ts'

const SECRET = /password|secret|token/

/** @throws ConfigError with every issue, each with the place that set the value. */
export function validate(merged: Merged): Config {
  const result = v.safeParse(configSchema, merged.table)
  if (result.success) return result.output
  throw new ConfigError(uniqueIssues(result.issues.map((issue) => describe(issue, merged))))
}

function describe(issue: v.BaseIssue<unknown>, merged: Merged): ConfigIssue {
  const path = (issue.path ?? []).map((item) => String(item.key))
  const origin = originOf(path, merged)
  const key = origin?.spelled ?? path.join('.')
  const source = origin?.source ?? 'configuration'
  if (issue.type === 'strict_object' && issue.expected === 'never') {
    return { source, key, message: `unknown key${suggestion(path)}` }
  }
  const expected = issue.message.startsWith('expected') ? issue.message : expectedOf(issue)
  return { source, key, message: SECRET.test(key) ? expected : `${expected}, got ${show(issue.input)}` }
}

/** The entry at the path, above it (a list's element) or below it (an unknown table). */
function originOf(path: readonly string[], { origins }: Merged) {
  for (let length = path.length; length > 0; length--) {
    const found = origins.get(path.slice(0, length).join('.'))
    if (found) return found
  }
  const prefix = `${path.join('.')}.`
  const below = [...origins].find(([key]) => key.startsWith(prefix))?.[1]
  return below && { source: below.source, spelled: undefined }
}

function expectedOf(issue: v.BaseIssue<unknown>): string {
  if (issue.type === 'strict_object' || issue.type === 'record') return 'expected a table'
  return `expected ${issue.expected ?? 'another value'}`
}

function suggestion(path: readonly string[]): string {
  const parent = schemaAt(configSchema, path.slice(0, -1))
  const known = parent && 'sectionEntries' in parent ? Object.keys(parent.sectionEntries as object) : []
  const close = nearest(path.at(-1) ?? '', known)
  return close ? `; did you mean "${close}"?` : ''
}

const show = (value: unknown): string => {
  const text = typeof value === 'bigint' ? String(value) : (JSON.stringify(value) ?? String(value))
  return text.length > 80 ? `${text.slice(0, 77)}…` : text
}

const uniqueIssues = (issues: readonly ConfigIssue[]): ConfigIssue[] => [
  ...new Map(issues.map((issue) => [`${issue.source}\n${issue.key}`, issue])).values(),
]
