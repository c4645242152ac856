import { Composer, Lexer, LineCounter, Parser } from 'yaml';
import { isObject } from '../json.ts';

/** The settings as plain values, or one line of what is wrong with them, to follow the file's name. */
export type ParsedConfig = { settings: Record<string, unknown> } | { fault: string };

/**
 * Parses Hermes' `config.yaml` as its own parser (PyYAML, so YAML 1.1) would, anchors and merge keys included.
 * Never throws. The parser's own messages are not passed on: they quote the file, and the file may hold keys.
 * The parser weighs 110 kB: import this file only where there is something to parse.
 */
export function parseConfig(text: string): ParsedConfig {
  const lines = new LineCounter();
  lines.addNewLine(0);
  const parser = new Parser(lines.addNewLine);
  const composer = new Composer({
    version: '1.1',
    uniqueKeys: false,
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
    const [document] = composer.compose(tokens, true, text.length);
    const error = document?.errors[0];
    if (error)
      return {
        fault: `is not valid YAML (line ${lines.linePos(error.pos[0]).line})`,
      };
    const value: unknown = document?.toJS({ maxAliasCount: 100 });
    return isObject(value)
      ? { settings: value }
      : { fault: 'holds no settings: it should be a map of names' };
  } catch {
    return {
      fault: 'has an alias (*name) without its anchor, or too many aliases',
    };
  }
}

/**
 * The composer calls itself at every level. Some thousand levels end the whole process, not by an exception: V8 gives
 * up when it must compile a regular expression on a full stack.
 */
const deepest = 100;
