import type { CommandTree, DeclaredFlag, Place, Suggestion } from './command-tree.ts';

/** The script for zsh, as a file in $fpath or to be read with \`source\`. */
export function zshScript({ name, places, values }: CommandTree): string {
  const paths = places.filter(({ path }) => path !== '').map(({ path }) => quoted(path));
  return `#compdef ${name}
# Completion of ${name} for zsh. Load it with: source <(${name} completion zsh)
_runapi_imagen() {
  local place= word cur=$words[CURRENT] prev=$words[CURRENT-1]
  local -a list
  integer i
  for ((i = 2; i < CURRENT; i++)); do
    word=$words[i]
    case $word in
      (--) return ;;
      (${values.flatMap(({ flag }) => flag.names).join('|')}) i+=1 ;;
      (-*) ;;
      (*) case "\${place:+$place }$word" in
          (${paths.join('|')}) place="\${place:+$place }$word" ;;
        esac ;;
    esac
  done
  if [[ $cur == --*=* ]]; then
    prev=\${cur%%=*}
    compset -P '*='
  fi
  case $prev in
${values.map(({ flag, value }) => `    (${flag.names.join('|')}) ${reply(value)}; return ;;`).join('\n')}
  esac
  if [[ $cur == -* ]]; then
    case $place in
${places.map(({ path, flags }) => `      (${quoted(path)}) list=(${flags.flatMap(flagLines).join(' ')}) ;;`).join('\n')}
    esac
    _describe -o flag list
    return
  fi
  case $place in
${places.map((place) => `    (${quoted(place.path)}) ${wordsOf(place)} ;;`).join('\n')}
  esac
}

_runapi_imagen_known() {
  local -a known
  known=("\${(@f)$(_call_program $1 \${(q)words[1]} $2 2> /dev/null)}")
  known=("\${(@)known/$'\\t'/:}")
  _describe $1 known
}

if [[ $funcstack[1] == _runapi_imagen ]]; then
  _runapi_imagen "$@"
else
  compdef _runapi_imagen ${name}
fi
`;
}

function wordsOf({ commands, word }: Place): string {
  if (commands.length === 0) return reply(word);
  return `list=(${commands.map(described).join(' ')}); _describe command list`;
}

function reply(suggestion: Suggestion): string {
  if (suggestion === 'anything') return ':';
  if (suggestion === 'files') return '_files';
  if (suggestion === 'folders') return '_files -/';
  if (suggestion === 'tasks') return '_runapi_imagen_known task __task-ids';
  if (suggestion === 'models') return '_runapi_imagen_known model __models';
  return suggestion.length === 0 ? ':' : `compadd -- ${suggestion.map(quoted).join(' ')}`;
}

function flagLines({ names, about }: DeclaredFlag): string[] {
  return names.map((name) => described({ name, about }));
}

function described({ name, about }: { name: string; about: string }): string {
  return quoted(`${name}:${about}`);
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
