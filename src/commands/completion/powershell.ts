import type { CommandTree, Suggestion } from './command-tree.ts';

/**
 * The script for PowerShell, 5.1 included. Each word and its description are one text with a tab between them: a list of
 * lists with only one in it would fall apart. Where nothing is returned, PowerShell completes files itself.
 */
export function powershellScript({ name: program, places, values }: CommandTree): string {
  const valueEntries = values.flatMap(({ flag, value }) =>
    flag.names.map((name) => entry(name, suggested(value))),
  );
  const flagEntries = places.map(({ path, flags }) => {
    const lines = flags.flatMap(({ names, about }) => names.map((name) => `${name}\t${about}`));
    return entry(path, lines);
  });
  const wordEntries = places.map(({ path, commands, word }) => {
    const below = commands.map(({ name, about }) => `${name}\t${about}`);
    return entry(path, below.length > 0 ? below : suggested(word));
  });
  return `# Completion of ${program} for PowerShell. Load it with:
# ${program} completion powershell | Out-String | Invoke-Expression
Register-ArgumentCompleter -Native -CommandName ${quoted(program)} -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $values = @{
${valueEntries.join('\n')}
    }
    $flags = @{
${flagEntries.join('\n')}
    }
    $words = @{
${wordEntries.join('\n')}
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
    if ($found.Count -eq 1 -and $found[0].StartsWith('${asked}')) {
        $found = @(& ${quoted(program)} $found[0].Substring(1) 2>$null)
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

/** Stands before a hidden command, which the script calls when its words are needed. */
const asked = '<';

function suggested(suggestion: Suggestion): readonly string[] {
  if (suggestion === 'tasks') return [`${asked}__task-ids`];
  if (suggestion === 'models') return [`${asked}__models`];
  return typeof suggestion === 'string' ? [] : suggestion;
}

function entry(name: string, words: readonly string[]): string {
  return `        ${quoted(name)} = @(${words.map(quoted).join(', ')})`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
