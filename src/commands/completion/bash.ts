import type { CommandTree, Suggestion } from './command-tree.ts';

/**
 * The script for bash, 3.2 included. It reads the line itself, because bash splits words at each colon, and replies with
 * what comes after the last one.
 */
export function bashScript({ name, places, values }: CommandTree): string {
  const paths = places.filter(({ path }) => path !== '').map(({ path }) => `"${path}"`);
  const valueReplies = values.map(({ flag, value }) => [flag.names.join('|'), reply(value)] as const);
  const flagReplies = places.map(({ path, flags }) => {
    return [`"${path}"`, reply(flags.flatMap(({ names }) => names))] as const;
  });
  const wordReplies = places.map(({ path, commands, word }) => {
    const below = commands.map((each) => each.name);
    return [`"${path}"`, reply(below.length > 0 ? below : word)] as const;
  });
  return `# Completion of ${name} for bash. Load it with: source <(${name} completion bash)
_runapi_imagen() {
  local line="\${COMP_LINE:0:COMP_POINT}" place= word cur prev i last
  local -a typed
  read -ra typed <<< "$line"
  [[ $line == *[[:space:]] ]] && typed+=('')
  last=$((\${#typed[@]} - 1))
  cur=\${typed[last]}
  prev=\${typed[last - 1]}
  COMPREPLY=()
  for ((i = 1; i < last; i++)); do
    word=\${typed[i]}
    case "$word" in
      --) return ;;
      ${values.flatMap(({ flag }) => flag.names).join('|')}) i=$((i + 1)) ;;
      -*) ;;
      *) case "\${place:+$place }$word" in
          ${paths.join('|')}) place="\${place:+$place }$word" ;;
        esac ;;
    esac
  done
  if [[ $cur == --*=* ]]; then
    prev=\${cur%%=*}
    cur=\${cur#*=}
  fi
  case "$prev" in
${cases(valueReplies, '    ', '; return')}
  esac
  if [[ $cur == -* ]]; then
    case "$place" in
${cases(flagReplies, '      ')}
    esac
    return
  fi
  case "$place" in
${cases(wordReplies, '    ')}
  esac
}

_runapi_imagen_reply() {
  local word before=
  [[ $cur == *:* && $COMP_WORDBREAKS == *:* ]] && before=\${cur%"\${cur##*:}"}
  while IFS= read -r word; do COMPREPLY+=("\${word#"$before"}"); done < <(compgen "$@" -- "$cur")
}

_runapi_imagen_files() {
  compopt -o filenames 2> /dev/null
  _runapi_imagen_reply "$@"
}

_runapi_imagen_known() {
  local word words=
  while IFS=$'\\t' read -r word _; do words+=" $word"; done < <("$1" "$2" 2> /dev/null)
  _runapi_imagen_reply -W "$words"
}

complete -F _runapi_imagen ${name}
`;
}

/** Joins all patterns with the same answer in one case. */
function cases(pairs: ReadonlyArray<readonly [string, string]>, indent: string, end = ''): string {
  const answers = [...new Set(pairs.map(([, answer]) => answer))];
  const lines = answers.map((answer) => {
    const patterns = pairs.filter(([, each]) => each === answer).map(([pattern]) => pattern);
    return `${indent}${patterns.join('|')}) ${answer}${end} ;;`;
  });
  return lines.join('\n');
}

function reply(suggestion: Suggestion): string {
  if (suggestion === 'files') return '_runapi_imagen_files -f';
  if (suggestion === 'folders') return '_runapi_imagen_files -d';
  if (suggestion === 'tasks') return '_runapi_imagen_known "$1" __task-ids';
  if (suggestion === 'models') return '_runapi_imagen_known "$1" __models';
  return suggestion === 'anything' ? ':' : `_runapi_imagen_reply -W '${suggestion.join(' ')}'`;
}
