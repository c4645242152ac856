import {
  type DeclaredCommand,
  flagsWithValue,
  placesIn,
  type Suggest,
  type Suggestion,
} from './command-tree.ts';

/**
 * The script for PowerShell, 5.1 included. Each word stands in one text with what it does, a tab between them: a list
 * of lists with but one in it would come apart. Where nothing is answered, PowerShell completes files itself.
 */
export function powershellScript(program: DeclaredCommand, suggest: Suggest): string {
  const places = placesIn(program);
  const values = flagsWithValue(program).flatMap((flag) =>
    flag.names.map((name) => entry(name, suggested(suggest.value(flag)))),
  );
  const flags = places.map(({ path, command }) =>
    entry(
      path,
      command.flags.flatMap(({ names, about }) => names.map((name) => `${name}\t${about}`)),
    ),
  );
  const words = places.map((place) => {
    const { commands } = place.command;
    const below = commands.map(({ name, about }) => `${name}\t${about}`);
    return entry(place.path, below.length > 0 ? below : suggested(suggest.word(place)));
  });
  return `# Completion of ${program.name} for PowerShell. Load it with:
# ${program.name} completion powershell | Out-String | Invoke-Expression
Register-ArgumentCompleter -Native -CommandName ${quoted(program.name)} -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $values = @{
${values.join('\n')}
    }
    $flags = @{
${flags.join('\n')}
    }
    $words = @{
${words.join('\n')}
    }
    $before = @($commandAst.CommandElements | Select-Object -Skip 1 |
        Where-Object { $_.Extent.EndOffset -lt $cursorPosition } | ForEach-Object { $_.ToString() })
    $place = ''
    for ($i = 0; $i -lt $before.Count; $i++) {
        $word = $before[$i]
        if ($word -eq '--') { return }
        if ($values.ContainsKey($word)) { $i++; continue }
        $next = "$place $word".Trim()
        if ($words.ContainsKey($next)) { $place = $next }
    }
    $previous = if ($before.Count -gt 0) { $before[-1] } else { '' }
    $found = @(
        if ($values.ContainsKey($previous)) { $values[$previous] }
        elseif ($wordToComplete.StartsWith('-')) { $flags[$place] }
        else { $words[$place] }
    )
    if ($found.Count -eq 1 -and $found[0] -eq '${tasks}') {
        $found = @(& ${quoted(program.name)} __task-ids 2>$null)
    }
    foreach ($line in $found) {
        $word, $about = $line -split "\`t", 2
        if (-not $word.StartsWith($wordToComplete, [System.StringComparison]::Ordinal)) { continue }
        if (-not $about) { $about = $word }
        [System.Management.Automation.CompletionResult]::new($word, $word, 'ParameterValue', $about)
    }
}
`;
}

/** Stands for the ids of tasks, which are asked for when they are needed. */
const tasks = '<tasks>';

function suggested(suggestion: Suggestion): readonly string[] {
  if (suggestion === 'tasks') return [tasks];
  return typeof suggestion === 'string' ? [] : suggestion;
}

function entry(name: string, words: readonly string[]): string {
  return `        ${quoted(name)} = @(${words.map(quoted).join(', ')})`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
