import {
  CORE_SCHEMA,
  constructFromEvents,
  EVENT_ID,
  type Event,
  getScalarValue,
  mergeTag,
  parseEvents,
  Schema,
  YAML11_SCHEMA,
  YAMLException,
} from 'js-yaml';

/** Parses YAML. Returns the value, or the fault as text to follow the file's name. */
export type ParsedYaml =
  | {
      value: unknown;
      /** Returns the line of the value at a path, or of the nearest value around it. */
      lineOf(path: readonly PropertyKey[]): number;
    }
  | { fault: string };

/** A node of the text, with the fields or items of a collection by their names or numbers. */
interface Node {
  line: number;
  parts?: Map<PropertyKey, Node>;
}

/** An alias is counted as what it repeats: a few lines can stand for more values than memory holds. */
const mostNodes = 1_000_000;

const schemas = {
  /** As Python's parser reads it, but numbers and dates stay as they are written: a key may be all digits. */
  '1.1': new Schema(
    YAML11_SCHEMA.tags.map((tag) => (/:(int|float|timestamp)$/.test(tag.tagName) ? { ...tag, implicit: false } : tag)),
  ),
  '1.2': CORE_SCHEMA.withTags(mergeTag),
};

/**
 * Parses one YAML document, anchors and merge keys included. Never throws. The parser's own messages are not passed on:
 * they quote the text, which may hold keys. Import this file only where there is something to parse.
 */
export function parseYaml(text: string, version: '1.1' | '1.2'): ParsedYaml {
  try {
    const events = parseEvents(text, { maxDepth: 100 });
    if (events.filter(({ type }) => type === EVENT_ID.DOCUMENT).length > 1)
      return { fault: 'holds more than one document' };
    const { root, size } = readNodes(text, events);
    if (size > mostNodes) return { fault: 'has too many aliases' };
    const options = { source: text, schema: schemas[version], json: version === '1.1', maxTotalMergeKeys: mostNodes };
    return { value: constructFromEvents(events, options)[0] ?? null, lineOf: (path) => lineOf(root, path) };
  } catch (error) {
    const line = error instanceof YAMLException ? (error.mark?.line ?? 0) : 0;
    return { fault: `is not valid YAML (line ${line + 1})` };
  }
}

function lineOf(root: Node, path: readonly PropertyKey[]): number {
  let node = root;
  for (const name of path) {
    const part = node.parts?.get(name);
    if (!part) break;
    node = part;
  }
  return node.line;
}

/** Reads where each node begins, and how many nodes there are with aliases written out. */
function readNodes(text: string, events: readonly Event[]): { root: Node; size: number } {
  const sizes = new Map<string, number>();
  let size = 0;
  let next = 1; // behind the event that opens the document
  let line = 1;
  let lineEnd = text.indexOf('\n');
  return { root: readNode(), size };

  function lineAt(position: number): number {
    while (lineEnd >= 0 && lineEnd < position) {
      line += 1;
      lineEnd = text.indexOf('\n', lineEnd + 1);
    }
    return line;
  }

  function readNode(): Node {
    const event = events[next++];
    const before = size;
    size += 1;
    const node: Node = { line };
    if (event === undefined || event.type === EVENT_ID.POP || event.type === EVENT_ID.DOCUMENT) return node;
    const name = text.slice(event.anchorStart, event.anchorEnd);
    if (event.type === EVENT_ID.ALIAS) {
      size += sizes.get(name) ?? 0;
      return node;
    }
    if (event.type === EVENT_ID.SCALAR) node.line = lineAt(event.valueStart);
    else {
      node.line = lineAt(event.start);
      node.parts = new Map();
      for (let index = 0; next < events.length && events[next]?.type !== EVENT_ID.POP; index++) {
        const key = event.type === EVENT_ID.MAPPING ? readKey() : undefined;
        const part = readNode();
        node.parts.set(key?.name ?? index, key ? { ...part, line: key.line } : part);
      }
      next += 1;
    }
    if (event.anchorStart >= 0) sizes.set(name, size - before);
    return node;
  }

  function readKey(): { name: string; line: number } {
    const event = events[next];
    const { line } = readNode();
    return { name: event?.type === EVENT_ID.SCALAR ? getScalarValue(text, event) : '', line };
  }
}
