/** One thing wrong in the configuration: where it came from, which key, and what would be right. */
export interface ConfigIssue {
  /** A file's path, `environment NAME`, or `option --name`. */
  readonly source: string
  /** Dotted, e.g. `manager.service-addr`; empty when the whole source is at fault. */
  readonly key: string
  readonly message: string
}

/** The configuration cannot be used. `main` prints the message and exits with `exitCode`. */
export class ConfigError extends Error {
  readonly exitCode = 2
  readonly issues: readonly ConfigIssue[]

  constructor(issues: readonly ConfigIssue[]) {
    super(sentence(issues.map(formatIssue)))
    this.name = 'ConfigError'
    this.issues = issues
  }
}

/** One on its own line; several below a headline, so that whoever prints it needs one prefix. */
const sentence = (lines: readonly string[]): string =>
  lines.length === 1 ? lines.join('') : [`${lines.length} settings cannot be used:`, ...lines].join('\n  ')

export const formatIssue = ({ source, key, message }: ConfigIssue): string =>
  key === '' ? `${source}: ${message}` : `${source}: ${key}: ${message}`
