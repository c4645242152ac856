import { type Answer, type Call, Refusal } from './answer.ts';
import { type Book, showAccount, showBalance } from './book.ts';
import { sendImage } from './image-file.ts';
import { listPrices, quotePrice } from './prices.ts';
import { createGuideTask, createServiceTask, showGuideTask, showServiceTask, showWrappedTask } from './tasks.ts';
import { confirmUpload, createUpload, prepareUpload, sendUpload, takeUpload } from './uploads.ts';

export type Dialect = 'guide' | 'service' | 'both';

/** Answers a call; `names` are the parts of the path that the route leaves open. */
type Handler = (call: Call, book: Book, ...names: string[]) => Answer | Promise<Answer>;

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
export function findRoute(method: string | undefined, path: string, dialect: Dialect) {
  const matching = routes.flatMap(([takes, form, handle, owner = dialect]) => {
    const pattern = form.replaceAll('.', '\\.').replaceAll('*', '([\\w.-]{1,140})');
    const names = new RegExp(`^${pattern}$`).exec(path)?.slice(1);
    return names && (owner === dialect || dialect === 'both') ? [{ takes, handle, names }] : [];
  });
  const found = matching.find(({ takes }) => takes === (method === 'HEAD' ? 'GET' : method));
  if (found) return found;
  if (matching.length === 0) throw new Refusal(404, 'Not found');
  const allowed = matching.map(({ takes }) => (takes === 'GET' ? 'GET, HEAD' : takes)).join(', ');
  throw new Refusal(405, 'Method not allowed', { headers: { Allow: allowed } });
}
