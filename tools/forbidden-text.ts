import { readFileSync } from 'node:fs'
import { join } from 'node:path'

interface Rule {
  pattern: RegExp
  why: string
  /** The files it holds for; all by default. */
  only?: RegExp
}

const CODE = /\.(ts|tsx|mjs)$/

/** Names that tie the repository to one machine or one mirror, and ways to silence a check. */
const RULES: Rule[] = [
  { pattern: /registry\.npm(js|mirror)\.|registry\.yarn/, why: 'names a package registry' },
  { pattern: /\bpypi\.org|pythonhosted\.org/, why: 'names a package registry' },
  {
    pattern: /\b(deb|security|snapshot|ftp\.\w+)\.debian\.org|archive\.ubuntu\.com/,
    why: 'names a package mirror',
  },
  { pattern: /(?<![\w.])\/work\/(main|shared|\.library)\b/, why: 'names a path of one machine' },
  {
    pattern: /@ts-(ignore|expect-error|nocheck)|biome-ignore|eslint-disable/,
    why: 'silences a check',
    only: CODE,
  },
  { pattern: /\bas any\b|: any(\s*[,;)=\]}|[]|$)|<any>/, why: 'any is no type', only: /\.tsx?$/ },
  { pattern: /\b(TODO|FIXME|XXX)\b/, why: 'finish it or file an issue', only: CODE },
  { pattern: /\b(test|describe|it)\.(only|todo)\(/, why: 'hides other tests', only: /\.test\.tsx?$/ },
]

/** This file and its test have to spell what they look for. */
const EXEMPT = /^(tools|test\/tools)\/forbidden-text(\.test)?\.ts$/
const TEXT =
  /\.(ts|tsx|mjs|json|md|toml|yml|yaml|sh|sql|py|html|css|graphql|conf|txt)$|(^|\/)(Dockerfile|run|\.npmrc)$/

/** What of one file's text must not be there. */
export function forbiddenIn(file: string, text: string): string[] {
  const rules = RULES.filter(({ only }) => !only || only.test(file))
  return text.split('\n').flatMap((line, index) => {
    const broken = rules.filter(({ pattern }) => pattern.test(line))
    return broken.map(({ why }) => `${file}:${index + 1}: ${why}: ${line.trim().slice(0, 80)}`)
  })
}

/** The same for all `files` below `root`. */
export function findForbiddenText(root: string, files: string[]): string[] {
  return files
    .filter((file) => TEXT.test(file) && !EXEMPT.test(file))
    .flatMap((file) => forbiddenIn(file, readFileSync(join(root, file), 'utf8')))
}
