import { showAccount, showBalance } from './account.ts';
import type { Answer, Call, House } from './call.ts';
import { createGuideTask, createServiceTask } from './create-task.ts';
import { sendImage } from './image-file.ts';
import { listPrices, quotePrice } from './prices.ts';
import { Refusal } from './refusal.ts';
import { showGuideTask, showServiceTask, showWrappedTask } from './task-status.ts';

export type Dialect = 'guide' | 'service' | 'both';

/** Answers a call; `id` is the part of the path that names a task. */
export type Handler = (call: Call, house: House, id: string) => Answer | Promise<Answer>;

interface Route {
  method: 'GET' | 'POST';
  /** `*` stands for a task id. */
  path: string;
  handle: Handler;
  /** Whose route this is; without one, both have it. */
  dialect?: Dialect;
}

const routes: readonly Route[] = [
  {
    method: 'POST',
    path: '/v1/text_to_image',
    handle: createGuideTask,
    dialect: 'guide',
  },
  {
    method: 'GET',
    path: '/v1/text_to_image/*',
    handle: showGuideTask,
    dialect: 'guide',
  },
  {
    method: 'GET',
    path: '/v1/tasks/*',
    handle: showGuideTask,
    dialect: 'guide',
  },
  {
    method: 'POST',
    path: '/api/v1/imagen_4/text_to_image',
    handle: createServiceTask,
    dialect: 'service',
  },
  {
    method: 'GET',
    path: '/api/v1/imagen_4/text_to_image/*',
    handle: showServiceTask,
    dialect: 'service',
  },
  {
    method: 'GET',
    path: '/api/v1/tasks/*',
    handle: showWrappedTask,
    dialect: 'service',
  },
  { method: 'GET', path: '/api/v1/price_schedules', handle: listPrices },
  { method: 'POST', path: '/api/v1/price_quotes', handle: quotePrice },
  { method: 'GET', path: '/api/v1/me', handle: showAccount },
  { method: 'GET', path: '/api/v1/me/balance', handle: showBalance },
  { method: 'GET', path: '/files/*.png', handle: sendImage },
];

/**
 * What answers this path in this dialect. HEAD is answered wherever GET is.
 *
 * @throws {Refusal} 404 where there is no such path, 405 where it takes another method
 */
export function findRoute(method: string, path: string, dialect: Dialect): { handle: Handler; id: string } {
  const there = routes.flatMap((route) => {
    const id = idIn(path, route.path);
    const spoken = route.dialect === undefined || dialect === 'both' || dialect === route.dialect;
    return spoken && id !== undefined ? [{ ...route, id }] : [];
  });
  const route = there.find((one) => one.method === (method === 'HEAD' ? 'GET' : method));
  if (route) return route;
  if (there.length === 0) throw new Refusal(404, 'Not found');
  const allowed = there.map((one) => (one.method === 'GET' ? 'GET, HEAD' : one.method)).join(', ');
  throw new Refusal(405, 'Method not allowed', { headers: { Allow: allowed } });
}

/** The id where the path has the form of the route, `''` for a route without one; undefined for another path. */
function idIn(path: string, form: string): string | undefined {
  const [before = '', after] = form.split('*');
  if (after === undefined) return path === form ? '' : undefined;
  const id = path.slice(before.length, path.length - after.length);
  return path.startsWith(before) && path.endsWith(after) && /^[\w-]{1,128}$/.test(id) ? id : undefined;
}
