import { showAccount, showBalance } from './account.ts';
import { type Answer, type Call, Refusal } from './call.ts';
import { createGuideTask, createServiceTask } from './create-task.ts';
import { sendImage } from './image-file.ts';
import { listPrices, quotePrice } from './prices.ts';
import type { TaskBook } from './task-book.ts';
import { showGuideTask, showServiceTask, showWrappedTask } from './task-status.ts';
import { confirmUpload, createUpload, prepareUpload, sendUpload, takeUpload } from './uploads.ts';

export type Dialect = 'guide' | 'service' | 'both';

/** Answers a call; `names` are the parts of the path that the route leaves open. */
type Handler = (call: Call, book: TaskBook, ...names: string[]) => Answer | Promise<Answer>;

/**
 * Method, path (`*` stands for an id or a name), handler, and the dialect that has it: both, if there is none. The
 * first that fits counts.
 */
const routes: readonly (readonly ['GET' | 'POST' | 'PUT', string, Handler, Dialect?])[] = [
  ['POST', '/v1/text_to_image', createGuideTask, 'guide'],
  ['GET', '/v1/text_to_image/*', showGuideTask, 'guide'],
  ['GET', '/v1/tasks/*', showGuideTask, 'guide'],
  ['GET', '/api/v1/tasks/*', showWrappedTask, 'service'],
  ['POST', '/api/v1/files', createUpload],
  ['POST', '/api/v1/files/prepare', prepareUpload],
  ['POST', '/api/v1/files/confirm', confirmUpload],
  ['PUT', '/uploads/*', takeUpload],
  ['GET', '/uploads/*', sendUpload],
  ['GET', '/api/v1/price_schedules', listPrices],
  ['POST', '/api/v1/price_quotes', quotePrice],
  ['GET', '/api/v1/me', showAccount],
  ['GET', '/api/v1/me/balance', showBalance],
  ['GET', '/files/*', sendImage],
  ['POST', '/api/v1/*/*', createServiceTask, 'service'],
  ['GET', '/api/v1/*/*', (call, book, _, id) => showServiceTask(call, book, id), 'service'],
  ['GET', '/api/v1/*/*/*', (call, book, _, __, id) => showServiceTask(call, book, id), 'service'],
];

/**
 * Finds the route of a path. HEAD is answered wherever GET is.
 *
 * @throws {Refusal} 404 for an unknown path, 405 if it takes another method
 */
export function findRoute(method: string, path: string, dialect: Dialect): { handle: Handler; parts: string[] } {
  const matching = routes.flatMap(([takes, form, handle, owner = dialect]) => {
    const parts = partsIn(path, form);
    return (owner === dialect || dialect === 'both') && parts ? [{ takes, handle, parts }] : [];
  });
  const found = matching.find(({ takes }) => takes === (method === 'HEAD' ? 'GET' : method));
  if (found) return found;
  if (matching.length === 0) throw new Refusal(404, 'Not found');
  const allowed = matching.map(({ takes }) => (takes === 'GET' ? 'GET, HEAD' : takes)).join(', ');
  throw new Refusal(405, 'Method not allowed', { headers: { Allow: allowed } });
}

/** Returns the names in a path that has the form of a route; undefined for another path. */
function partsIn(path: string, form: string): string[] | undefined {
  const pattern = form.replaceAll('.', '\\.').replaceAll('*', '([\\w.-]{1,140})');
  return new RegExp(`^${pattern}$`).exec(path)?.slice(1);
}
