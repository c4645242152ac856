/** Replaces a leading `~` by the home folder, as a shell does: no shell has seen what settings, rows and agents say. */
export function expandHome(path: string, home: string | undefined): string {
  return home === undefined ? path : path.replace(/^~(?=$|[/\\])/, () => home);
}
