/** Whether an If-None-Match header names this entity tag; the weak form of a tag counts, as RFC 9110 has it. */
export function matchesAny(header: string | undefined, tag: string): boolean {
  const tags = header?.split(',').map((one) => one.trim().replace(/^W\//, '')) ?? [];
  return tags.includes('*') || tags.includes(tag);
}
