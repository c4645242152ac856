/** JSON on one line that is safe to show. */
export function jsonLine(object: unknown): string {
  return escaped(JSON.stringify(object));
}

/** The same over several lines, for people. */
export function prettyJson(object: unknown): string {
  return escaped(JSON.stringify(object, null, 2));
}

/** JSON itself lets the C1 control characters, the line separators and what turns the direction of writing pass. */
function escaped(json: string): string {
  return json.replace(
    /[\u007f-\u009f\u2028\u2029\p{Bidi_Control}]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
