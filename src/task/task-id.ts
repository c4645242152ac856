/** Task ids are opaque; anything else than these characters is refused before a request is made. */
export function isTaskId(text: string): boolean {
  return /^[A-Za-z0-9_-]{1,128}$/.test(text);
}
