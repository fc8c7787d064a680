export const SHELLS = ['bash', 'zsh', 'fish'] as const
export type Shell = (typeof SHELLS)[number]

/**
 * A script that asks the executable itself for candidates (complete.ts), so that it knows every command, option and
 * living session and never grows old.
 */
export const completionScript = (shell: Shell): string => SCRIPTS[shell]

const BASH = `# bash completion of backendai and backend.ai
_backendai() {
  local IFS=$'\\n' current="\${COMP_WORDS[COMP_CWORD]}"
  local words=("\${COMP_WORDS[@]:1:COMP_CWORD}")
  COMPREPLY=()
  local line
  while IFS= read -r line; do
    COMPREPLY+=("\${line%%$'\\t'*}")
  done < <("\${COMP_WORDS[0]}" __complete -- "\${words[@]}" 2>/dev/null)
  if [ "\${#COMPREPLY[@]}" -eq 0 ]; then
    compopt -o default 2>/dev/null || COMPREPLY=($(compgen -f -- "$current"))
  fi
}
complete -F _backendai backendai backend.ai
`

const ZSH = `#compdef backendai backend.ai
_backendai() {
  local -a candidates
  local line
  while IFS= read -r line; do
    candidates+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
  done < <("\${words[1]}" __complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)
  if (( \${#candidates} )); then
    _describe 'backendai' candidates
  else
    _files
  fi
}
if [ "\${funcstack[1]}" = "_backendai" ]; then
  _backendai "$@"
else
  compdef _backendai backendai backend.ai
fi
`

const FISH = `# fish completion of backendai and backend.ai
function __backendai_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l found ($words[1] __complete -- $words[2..-1] "$current" 2>/dev/null)
    if test (count $found) -gt 0
        printf '%s\\n' $found
    else
        __fish_complete_path "$current"
    end
end
for name in backendai backend.ai
    complete -c $name -f -a '(__backendai_complete)'
end
`

const SCRIPTS: Record<Shell, string> = { bash: BASH, zsh: ZSH, fish: FISH }
