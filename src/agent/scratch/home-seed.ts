import type { ScratchFile } from './scratch.ts'

const text = (path: string, lines: string[], mode = 0o644): ScratchFile => ({
  path,
  content: `${lines.join('\n')}\n`,
  mode,
})

/** What a new /home/work starts with: a shell, an editor and a terminal multiplexer that are pleasant as they come. */
export const HOME_SEED: readonly ScratchFile[] = [
  text('.bashrc', [
    '[ -f /etc/bash.bashrc ] && . /etc/bash.bashrc',
    'case $- in *i*) ;; *) return ;; esac',
    'HISTCONTROL=ignoreboth HISTSIZE=10000 HISTFILESIZE=20000',
    'shopt -s histappend checkwinsize',
    `PS1='\\[\\e[32m\\]\${USER:-\\u}@\\h\\[\\e[0m\\]:\\[\\e[34m\\]\\w\\[\\e[0m\\]\\$ '`,
    "alias ls='ls --color=auto' ll='ls -alF' grep='grep --color=auto'",
  ]),
  text('.bash_profile', ['[ -f ~/.bashrc ] && . ~/.bashrc']),
  text('.zshrc', ['HISTFILE=~/.zsh_history HISTSIZE=10000 SAVEHIST=10000', "PROMPT='%n@%m:%~%# '"]),
  text('.vimrc', ['set nocompatible', 'syntax on', 'set autoindent expandtab shiftwidth=4 tabstop=4']),
  text('.tmux.conf', [
    'set -g mouse on',
    'set -g history-limit 50000',
    'set -g default-terminal screen-256color',
  ]),
]
