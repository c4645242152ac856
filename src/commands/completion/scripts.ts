import type { Context } from '../../context.ts';
import { invalid } from '../../errors.ts';
import { didYouMean } from '../../near-miss.ts';

/** Prints the script that makes a shell complete the program's commands, flags and values. */
export async function printCompletion(context: Context, typed: string): Promise<number> {
  const shells = Object.keys(scripts) as Array<keyof typeof scripts>;
  const shell = shells.find((name) => name === typed.toLowerCase());
  if (!shell)
    throw invalid(
      `no completion for ${JSON.stringify(typed)}${didYouMean(typed, shells)}`,
      `The shells are ${shells.join(', ')}`,
    );
  await context.reporter.data({ shell, script: scripts[shell] }, scripts[shell].trimEnd());
  return 0;
}

/** For each shell a script that asks the program what may follow: see `printSuggestions`. */
const scripts = {
  // bash 3.2 included. It splits words at colons and equals signs, and wants what comes after the last one.
  bash: `# Completion of runapi-imagen for bash. Load it with: source <(runapi-imagen completion bash)
_runapi_imagen() {
  local line="\${COMP_LINE:0:COMP_POINT}" cur before= word
  local -a typed
  read -ra typed <<< "$line"
  [[ $line == *[[:space:]] ]] && typed+=('')
  cur=\${typed[\${#typed[@]} - 1]}
  [[ $cur == *=* && $COMP_WORDBREAKS == *=* ]] && before=\${cur%"\${cur##*=}"}
  [[ $cur == *:* && $COMP_WORDBREAKS == *:* ]] && before=\${cur%"\${cur##*:}"}
  typed[\${#typed[@]} - 1]=:$cur
  COMPREPLY=()
  while IFS=$'\\t' read -r word _; do
    case $word in
      :files | :folders)
        compopt -o filenames 2> /dev/null
        [[ $word == :files ]] && word=-f || word=-d
        while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen $word -- "\${cur#"$before"}") ;;
      *) COMPREPLY+=("\${word#"$before"}") ;;
    esac
  done < <("$1" __complete "\${typed[@]:1}" 2> /dev/null)
}
complete -F _runapi_imagen runapi-imagen
`,
  // As a file in $fpath, or read with source.
  zsh: `#compdef runapi-imagen
# Completion of runapi-imagen for zsh. Load it with: source <(runapi-imagen completion zsh)
_runapi_imagen() {
  local -a typed lines list
  local line
  typed=("\${(@)words[2,CURRENT]}")
  typed[-1]=:$typed[-1]
  lines=("\${(@f)$(_call_program words \${(q)words[1]} __complete "\${(@q)typed}" 2> /dev/null)}")
  case $lines[1] in
    (:files) _files; return ;;
    (:folders) _files -/; return ;;
  esac
  for line in $lines; do
    list+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
  done
  _describe word list
}
if [[ $funcstack[1] == _runapi_imagen ]]; then
  _runapi_imagen "$@"
else
  compdef _runapi_imagen runapi-imagen
fi
`,
  fish: `# Completion of runapi-imagen for fish. Load it with: runapi-imagen completion fish | source
function __runapi_imagen
    set -l current (commandline -ct)
    set -l lines (runapi-imagen __complete (commandline -opc)[2..-1] ":$current" 2>/dev/null)
    switch "$lines[1]"
        case :files
            __fish_complete_path "$current"
        case :folders
            __fish_complete_directories "$current"
        case '*'
            printf '%s\\n' $lines
    end
end
complete -c runapi-imagen -e
complete -c runapi-imagen -f -k -a '(__runapi_imagen)'
`,
  // PowerShell 5.1 included. Where nothing is returned, PowerShell completes files itself.
  powershell: `# Completion of runapi-imagen for PowerShell. Load it with:
# runapi-imagen completion powershell | Out-String | Invoke-Expression
Register-ArgumentCompleter -Native -CommandName 'runapi-imagen' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $typed = @($commandAst.CommandElements | Select-Object -Skip 1 |
        Where-Object { $_.Extent.EndOffset -lt $cursorPosition } | ForEach-Object { $_.ToString() })
    & 'runapi-imagen' __complete @typed ":$wordToComplete" 2>$null | ForEach-Object {
        $word, $about = $_ -split "\`t", 2
        if ($word.StartsWith(':')) { return }
        if (-not $about) { $about = $word }
        [System.Management.Automation.CompletionResult]::new($word, $word, 'ParameterValue', $about)
    }
}
`,
} as const;
