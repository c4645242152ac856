import {
  type DeclaredCommand,
  type DeclaredFlag,
  flagsWithValue,
  placesIn,
  type Suggest,
  type Suggestion,
} from './command-tree.ts';

/** The script for fish. */
export function fishScript(program: DeclaredCommand, suggest: Suggest): string {
  const places = placesIn(program);
  const paths = places.filter(({ path }) => path !== '').map(({ path }) => quoted(path));
  const valued = flagsWithValue(program).flatMap(({ names }) => names);
  const rules = places.flatMap((place) => [
    ...place.command.commands.map(({ name, about }) => rule(place.path, `-a ${name} -d ${quoted(about)}`)),
    ...(place.command.commands.length > 0 ? [] : words(place.path, suggest.word(place))),
    ...place.command.flags.map((flag) => rule(place.path, flagWords(flag))),
  ]);
  return `# Completion of ${program.name} for fish. Load it with: ${program.name} completion fish | source
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

complete -c ${program.name} -e
complete -c ${program.name} -f
${rules.join('\n')}
`;

  function rule(path: string, what: string): string {
    return `complete -c ${program.name} -n ${quoted(`__runapi_imagen_place ${path}`.trim())} ${what}`;
  }

  function words(path: string, suggestion: Suggestion): string[] {
    return Array.isArray(suggestion) && suggestion.length === 0
      ? []
      : [suggestion].filter((each) => each !== 'anything').map((each) => rule(path, values(each)));
  }

  function values(suggestion: Suggestion): string {
    if (suggestion === 'files') return '-F';
    if (suggestion === 'folders') return "-a '(__fish_complete_directories)'";
    if (suggestion === 'tasks') return `-k -a '(${program.name} __task-ids 2>/dev/null)'`;
    return suggestion === 'anything' ? '' : `-a ${quoted(suggestion.join(' '))}`;
  }

  function flagWords(flag: DeclaredFlag): string {
    const names = flag.names.map((name) => name.replace(/^--/, '-l ').replace(/^-(?=\w$)/, '-s '));
    const value = flag.value === undefined ? '' : valueWords(suggest.value(flag));
    return [...names, value, `-d ${quoted(flag.about)}`].filter((part) => part !== '').join(' ');
  }

  /** `-x`: a value has to follow, and it is no file. */
  function valueWords(suggestion: Suggestion): string {
    return suggestion === 'files' ? '-r -F' : `-x ${values(suggestion)}`.trim();
  }
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
