import { Composer, isMap, isNode, Lexer, LineCounter, Parser } from 'yaml';

/** Parses YAML. Returns the value, or the fault as text to follow the file's name. */
export type ParsedYaml =
  | {
      value: unknown;
      /** Returns the line of the value at a path, or of the nearest value around it. */
      lineOf(path: readonly PropertyKey[]): number;
    }
  | { fault: string };

/**
 * Parses one YAML document, anchors and merge keys included. Never throws. The parser's own messages are not passed on:
 * they quote the text, which may hold keys. The parser weighs 110 kB: import this file only where there is something
 * to parse.
 */
export function parseYaml(text: string, version: '1.1' | '1.2'): ParsedYaml {
  const lines = new LineCounter();
  lines.addNewLine(0);
  const parser = new Parser(lines.addNewLine);
  const composer = new Composer({
    version,
    uniqueKeys: version === '1.2',
    intAsBigInt: version === '1.1', // Hermes' settings: a key of twenty digits keeps them all
    prettyErrors: false,
    // Warnings would go to stderr.
    logLevel: 'error',
  });
  try {
    const tokens = [];
    for (const lexeme of new Lexer().lex(text)) {
      tokens.push(...parser.next(lexeme));
      if (parser.stack.length > deepest) return { fault: 'is nested too deeply' };
    }
    tokens.push(...parser.end());
    const [document, another] = composer.compose(tokens, true, text.length);
    if (another) return { fault: 'holds more than one document' };
    const error = document?.errors[0];
    if (error) return { fault: `is not valid YAML (line ${lines.linePos(error.pos[0]).line})` };
    return {
      value: document?.toJS({ maxAliasCount: 100 }),
      lineOf(path) {
        for (let length = path.length; length > 0; length--) {
          const around = document?.getIn(path.slice(0, length - 1), true);
          const name = path[length - 1];
          const key = isMap(around) ? around.items.find((pair) => String(pair.key) === name)?.key : undefined;
          const node = key ?? document?.getIn(path.slice(0, length), true);
          const at = isNode(node) ? node.range?.[0] : undefined;
          if (at !== undefined) return lines.linePos(at).line;
        }
        return 1;
      },
    };
  } catch {
    return { fault: 'has an alias (*name) without its anchor, or too many aliases' };
  }
}

/**
 * The composer calls itself at every level. Some thousand levels end the whole process, not by an exception: V8 gives
 * up when it must compile a regular expression on a full stack.
 */
const deepest = 100;
