import type { TaskTemplate } from '../../../api/session-template.ts'

type Git = NonNullable<TaskTemplate['spec']['kernel']['git']>

/** What a session runs first: the clone of its template's repository, then the script of its own. */
export function bootstrapOf(git: Git | null, script: string | null): string | null {
  if (git === null) return script
  if (script === null) return cloneScript(git)
  const [first = '', ...rest] = script.split('\n')
  if (!first.startsWith('#!')) return `${cloneScript(git)}\n${script}`
  // A shell goes on with the script; any other interpreter gets it as a file.
  if (/\b(ba|da|a|z|k)?sh\b/.test(first)) return [first, cloneScript(git), ...rest].join('\n')
  const own = [
    'script=$(mktemp)',
    `printf '%s' ${quoted(script)} > "$script"`,
    'chmod +x "$script"',
    '"$script"',
  ]
  return [cloneScript(git), ...own, ''].join('\n')
}

/** Shell that clones once; the password goes to git alone and not into the clone's settings. */
export function cloneScript({ repository, branch, commit, credential, destination_dir }: Git): string {
  const target = quoted(destination_dir ?? folderOf(repository))
  const helper = credential && `!f() { ${answer(credential)}; }; f`
  const clone = [
    'git',
    ...(helper ? ['-c', quoted(`credential.helper=${helper}`)] : []),
    'clone',
    ...(branch ? [`--branch=${quoted(branch)}`] : []),
    '--',
    quoted(repository),
    target,
  ]
  const checkout = commit ? [`git -C ${target} checkout --quiet ${quoted(commit)} --`] : []
  return [
    `if [ ! -e ${target} ]; then`,
    `  ${clone.join(' ')}`,
    ...checkout.map((line) => `  ${line}`),
    'fi',
    '',
  ].join('\n')
}

const folderOf = (repository: string): string =>
  repository
    .replace(/\/+$/, '')
    .split(/[/:]/)
    .at(-1)
    ?.replace(/\.git$/, '') || 'repository'

const answer = ({ username, password }: { username: string; password: string }): string =>
  [`username=${username}`, `password=${password}`].map((line) => `printf '%s\\n' ${quoted(line)}`).join('; ')

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`
