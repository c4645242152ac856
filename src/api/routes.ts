/** The two forms in which the service's API is known: that of its guide and that of its own programs. */
export type Dialect = 'guide' | 'service';

const createPaths: Record<Dialect, string> = {
  guide: '/v1/text_to_image',
  service: '/api/v1/imagen_4/text_to_image',
};

/** Where a guide task's state may be found, in the order in which to try. */
const statusPaths = [
  '/v1/text_to_image/{id}',
  '/v1/tasks/{id}',
  '/api/v1/tasks/{id}',
  '/api/v1/imagen_4/text_to_image/{id}',
] as const;

export function createUrl(base: string, dialect: Dialect): string {
  return base + createPaths[dialect];
}

/** What is known of where a task can be looked up. */
export interface StatusClues {
  dialect?: Dialect | undefined;
  /** The address that the create answer gave. */
  statusUrl?: string | undefined;
  /** The template that worked before at this server, with `{id}` in it. */
  remembered?: string | undefined;
}

/** Every address at which the task may be found, the likeliest first, none twice, none of another origin. */
export function statusUrls(base: string, id: string, clues: StatusClues): string[] {
  const own = statusPaths.map((path) => base + path);
  if (clues.dialect === 'service') own.unshift(own.pop() as string);
  const templates = [clues.statusUrl, clues.remembered, ...own].filter((url) => url !== undefined);
  const urls = templates.map((template) => template.replace('{id}', encodeURIComponent(id)));
  return [...new Set(urls)].filter(
    (url) => URL.canParse(url) && new URL(url).origin === new URL(base).origin,
  );
}

/** The same address for any task, to be remembered; undefined where the id is not part of it. */
export function asTemplate(url: string, id: string): string | undefined {
  const encoded = encodeURIComponent(id);
  const at = url.lastIndexOf(encoded); // a short id may also be a part of the host
  return at < new URL(url).origin.length
    ? undefined
    : `${url.slice(0, at)}{id}${url.slice(at + encoded.length)}`;
}

/** Longer addresses are refused by most servers. */
const longestUrl = 2000;

/** The address that a create answer names for the task, made absolute; only the API's own origin counts. */
export function namedStatusUrl(base: string, named: string | undefined): string | undefined {
  if (!named || named.length > longestUrl || !URL.canParse(named, `${base}/`)) return undefined;
  const url = new URL(named, `${base}/`);
  return url.origin === new URL(base).origin ? url.href : undefined;
}
