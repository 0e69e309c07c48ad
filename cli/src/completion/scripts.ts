/** Completion scripts for three shells, made from the tree of commands. */

import type { CompletedCommand, CompletedWord } from './command-tree.ts';

export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

export function completionScript(shell: Shell, tree: readonly CompletedCommand[]): string {
  switch (shell) {
    case 'bash':
      return bashScript(tree);
    case 'zsh':
      return zshScript(tree);
    case 'fish':
      return fishScript(tree);
  }
}

function bashScript(tree: readonly CompletedCommand[]): string {
  const cases = tree.map(({ path, commands, options }) => {
    const words = (list: readonly CompletedWord[]): string => quote(list.map(({ word }) => word).join(' '));
    return `    ${quote(path)}) commands=${words(commands)} options=${words(options)} ;;`;
  });
  return `# bash completion for postern: source it, or put it where bash-completion looks.
_postern() {
  local current="\${COMP_WORDS[COMP_CWORD]}" at='' commands='' options='' i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "\${at:+$at }\${COMP_WORDS[i]}" in
      ${pathPattern(tree)}) at="\${at:+$at }\${COMP_WORDS[i]}" ;;
    esac
  done
  case "$at" in
${cases.join('\n')}
  esac
  COMPREPLY=()
  if [[ "$current" == -* ]]; then
    COMPREPLY=($(compgen -W "$options" -- "$current"))
  elif [[ -n "$commands" ]]; then
    COMPREPLY=($(compgen -W "$commands" -- "$current"))
  fi
}
complete -o default -F _postern postern
`;
}

function zshScript(tree: readonly CompletedCommand[]): string {
  const described = ({ word, description }: CompletedWord): string =>
    quote(`${word}:${description.replaceAll('\\', '\\\\').replaceAll(':', '\\:')}`);
  const cases = tree.map(
    ({ path, commands, options }) =>
      `    (${quote(path)}) commands=(${commands.map(described).join(' ')}) options=(${options.map(described).join(' ')}) ;;`,
  );
  return `#compdef postern
_postern() {
  local at='' word
  local -a commands options
  for word in "\${(@)words[2,CURRENT-1]}"; do
    case "\${at:+$at }$word" in
      (${pathPattern(tree)}) at="\${at:+$at }$word" ;;
    esac
  done
  case "$at" in
${cases.join('\n')}
  esac
  if [[ "$PREFIX" == -* ]]; then
    _describe -o option options
  elif (( \${#commands} > 0 )); then
    _describe command commands
  else
    _files
  fi
}
if [[ "$funcstack[1]" == _postern ]]; then _postern "$@"; else compdef _postern postern; fi
`;
}

function fishScript(tree: readonly CompletedCommand[]): string {
  const lines = tree.flatMap(({ path, commands, options }) => {
    const when = `-n ${quote(`__postern_at ${quote(path)}`, 'fish')}`;
    return [
      ...commands.map(
        ({ word, description }) => `complete -c postern -f ${when} -a ${word} -d ${quote(description, 'fish')}`,
      ),
      ...options.map(
        ({ word, description }) => `complete -c postern ${when} -l ${word.slice(2)} -d ${quote(description, 'fish')}`,
      ),
    ];
  });
  const paths = tree.filter(({ path }) => path !== '').map(({ path }) => quote(path, 'fish'));
  return `# fish completion for postern: put it in ~/.config/fish/completions/postern.fish
function __postern_at
    set -l at ''
    for word in (commandline -opc)[2..-1]
        set -l next (string trim -- "$at $word")
        if contains -- "$next" ${paths.join(' ')}
            set at "$next"
        end
    end
    test "$at" = "$argv[1]"
end
${lines.join('\n')}
`;
}

/** Alternatives of a shell's \`case\`: every command's path. */
function pathPattern(tree: readonly CompletedCommand[]): string {
  return tree
    .filter(({ path }) => path !== '')
    .map(({ path }) => quote(path))
    .join('|');
}

/** Text that no shell changes. Fish knows escapes within single quotes, the others do not. */
function quote(text: string, shell?: 'fish'): string {
  if (shell === 'fish') return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
