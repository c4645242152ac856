import { Failure } from '../errors.ts';

/** The two forms in which the service's API is known: that of its guide and that of its own programs. */
export type Dialect = 'guide' | 'service';

/** The service and action that a request goes to. */
export interface Route {
  /** To which the model belongs: `imagen-4`. Undefined where the catalogue cannot be had; only the guide's form then works. */
  service?: string | undefined;
  action: string;
  /** The field that its pictures go into, and whether that takes a list. */
  pictures?: { field: string; isList: boolean } | undefined;
}

export const imagenRoute: Route = { service: 'imagen-4', action: 'text_to_image' };

/** Where a guide task's state may be found, in the order in which to try. */
const statusPaths = [
  '/v1/text_to_image/{id}',
  '/v1/tasks/{id}',
  '/api/v1/tasks/{id}',
  '/api/v1/imagen_4/text_to_image/{id}',
] as const;

/** In the guide's form the name of the model is enough. Throws `validation` where the service's form lacks its part. */
export function createUrl(base: string, dialect: Dialect, { service, action }: Route = imagenRoute): string {
  if (dialect === 'guide') return `${base}/v1/text_to_image`;
  if (service !== undefined) return `${base}/api/v1/${encodeURIComponent(service.replaceAll('-', '_'))}/${action}`;
  throw new Failure(
    'validation',
    `the catalogue of models is not available, and ${new URL(base).host} needs the model's service in each request`,
    { hint: 'Nothing was sent. Run the command again later, or use a model of Imagen 4' },
  );
}

/** Facts about where a task can be polled. */
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
  return [...new Set(urls)].filter((url) => URL.canParse(url) && new URL(url).origin === new URL(base).origin);
}

/** The same address for any task, to be remembered; undefined where the id is not part of it. */
export function asTemplate(url: string, id: string): string | undefined {
  const encoded = encodeURIComponent(id);
  const at = url.lastIndexOf(encoded); // a short id may also be a part of the host
  return at < new URL(url).origin.length ? undefined : `${url.slice(0, at)}{id}${url.slice(at + encoded.length)}`;
}

/** Longer addresses are refused by most servers. */
const longestUrl = 2000;

/** The address that a create answer names for the task, made absolute; only the API's own origin counts. */
export function namedStatusUrl(base: string, named: string | undefined): string | undefined {
  if (!named || named.length > longestUrl || !URL.canParse(named, `${base}/`)) return undefined;
  const url = new URL(named, `${base}/`);
  return url.origin === new URL(base).origin ? url.href : undefined;
}
