import { showAccount, showBalance } from './account.ts';
import { type Answer, type Call, Refusal } from './call.ts';
import { createGuideTask, createServiceTask } from './create-task.ts';
import { sendImage } from './image-file.ts';
import { listPrices, quotePrice } from './prices.ts';
import type { TaskBook } from './task-book.ts';
import { showGuideTask, showServiceTask, showWrappedTask } from './task-status.ts';

export type Dialect = 'guide' | 'service' | 'both';

/** Answers a call; `id` is the part of the path that names a task. */
type Handler = (call: Call, book: TaskBook, id: string) => Answer | Promise<Answer>;

/** Method, path (`*` stands for a task id), handler, and the dialect that has it: both, if there is none. */
const routes: readonly (readonly ['GET' | 'POST', string, Handler, Dialect?])[] = [
  ['POST', '/v1/text_to_image', createGuideTask, 'guide'],
  ['GET', '/v1/text_to_image/*', showGuideTask, 'guide'],
  ['GET', '/v1/tasks/*', showGuideTask, 'guide'],
  ['POST', '/api/v1/imagen_4/text_to_image', createServiceTask, 'service'],
  ['GET', '/api/v1/imagen_4/text_to_image/*', showServiceTask, 'service'],
  ['GET', '/api/v1/tasks/*', showWrappedTask, 'service'],
  ['GET', '/api/v1/price_schedules', listPrices],
  ['POST', '/api/v1/price_quotes', quotePrice],
  ['GET', '/api/v1/me', showAccount],
  ['GET', '/api/v1/me/balance', showBalance],
  ['GET', '/files/*.png', sendImage],
];

/**
 * Finds the route of a path. HEAD is answered wherever GET is.
 *
 * @throws {Refusal} 404 for an unknown path, 405 if it takes another method
 */
export function findRoute(method: string, path: string, dialect: Dialect): { handle: Handler; id: string } {
  const matching = routes.flatMap(([takes, form, handle, owner = dialect]) => {
    const id = idIn(path, form);
    return (owner === dialect || dialect === 'both') && id !== undefined ? [{ takes, handle, id }] : [];
  });
  const found = matching.find(({ takes }) => takes === (method === 'HEAD' ? 'GET' : method));
  if (found) return found;
  if (matching.length === 0) throw new Refusal(404, 'Not found');
  const allowed = matching.map(({ takes }) => (takes === 'GET' ? 'GET, HEAD' : takes)).join(', ');
  throw new Refusal(405, 'Method not allowed', { headers: { Allow: allowed } });
}

/** Returns the id if the path has the form of a route, `''` for a route without one, undefined for another path. */
function idIn(path: string, form: string): string | undefined {
  const [before = '', after] = form.split('*');
  if (after === undefined) return path === form ? '' : undefined;
  const id = path.slice(before.length, path.length - after.length);
  return path.startsWith(before) && path.endsWith(after) && /^[\w-]{1,128}$/.test(id) ? id : undefined;
}
