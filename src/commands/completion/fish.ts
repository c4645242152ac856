import type { CommandTree, DeclaredFlag, Suggestion } from './command-tree.ts';

/** The script for fish. */
export function fishScript({ name: program, places, values }: CommandTree): string {
  const paths = places.filter(({ path }) => path !== '').map(({ path }) => quoted(path));
  const valued = values.flatMap(({ flag }) => flag.names);
  const rules = places.flatMap(({ path, flags, commands, word }) => [
    ...commands.map(({ name, about }) => rule(path, `-a ${name} -d ${quoted(about)}`)),
    ...(commands.length > 0 || word === 'anything' || word.length === 0 ? [] : [rule(path, wordsFor(word))]),
    ...flags.map((flag) => rule(path, flagWords(flag))),
  ]);
  return `# Completion of ${program} for fish. Load it with: ${program} completion fish | source
function __runapi_imagen_place
    set -l place
    set -l skip
    for word in (commandline -opc)[2..-1]
        if set -q skip[1]
            set skip
            continue
        end
        switch $word
            case ${valued.map(quoted).join(' ')}
                set skip 1
            case '-*'
            case '*'
                contains -- (string join ' ' $place $word) ${paths.join(' ')}
                and set -a place $word
        end
    end
    test "$place" = "$argv"
end

complete -c ${program} -e
complete -c ${program} -f
${rules.join('\n')}
`;

  function rule(path: string, what: string): string {
    return `complete -c ${program} -n ${quoted(`__runapi_imagen_place ${path}`.trim())} ${what}`;
  }

  function wordsFor(suggestion: Suggestion): string {
    if (suggestion === 'files') return '-F';
    if (suggestion === 'folders') return "-a '(__fish_complete_directories)'";
    if (suggestion === 'tasks') return `-k -a '(${program} __task-ids 2>/dev/null)'`;
    if (suggestion === 'models') return `-k -a '(${program} __models 2>/dev/null)'`;
    return suggestion === 'anything' ? '' : `-a ${quoted(suggestion.join(' '))}`;
  }

  /** `-x`: a value has to follow, and it is not a file. */
  function flagWords(flag: DeclaredFlag): string {
    const names = flag.names.map((name) => name.replace(/^--/, '-l ').replace(/^-(?=\w$)/, '-s '));
    const value = values.find((each) => each.flag.names.join() === flag.names.join())?.value;
    const valueWords =
      value === undefined ? '' : value === 'files' ? '-r -F' : `-x ${wordsFor(value)}`.trim();
    return [...names, valueWords, `-d ${quoted(flag.about)}`].filter((part) => part !== '').join(' ');
  }
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
