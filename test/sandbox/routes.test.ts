import { describe, expect, it } from 'vitest';
import { openSandbox } from './open-sandbox.ts';

const guide = '/v1/text_to_image';
const service = '/api/v1/imagen_4/text_to_image';
const mug = { model: 'imagen-4', prompt: 'mug' };

describe('the routes', () => {
  it.each([
    ['guide', service, guide],
    ['service', guide, service],
  ] as const)('are those of the %s alone if it is told so', async (dialect, foreign, own) => {
    const { post, get } = await openSandbox({ dialect });
    const refused = await post(foreign, mug);
    expect([refused.status, await refused.json()]).toEqual([404, { error: 'Not found' }]);
    expect((await post(own, mug)).status).toBe(200);
    expect((await get('/api/v1/price_schedules')).status).toBe(200);
  });

  it.each([
    [guide, 'GET', 'POST'],
    ['/v1/tasks/tsk_1', 'DELETE', 'GET, HEAD'],
    ['/api/v1/me', 'POST', 'GET, HEAD'],
    ['/files/tsk_1.png', 'PUT', 'GET, HEAD'],
  ])('answer %s with the methods that it takes instead of %s', async (path, method, allowed) => {
    const { url } = await openSandbox();
    const answer = await fetch(url + path, { method });
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, allowed]);
  });

  it.each(['/', '/v1', '/v1/tasks/', '/v1/tasks/a/b', '/v1/tasks/%2e%2e', '/files/x.gif'])(
    'have nothing at %s',
    async (path) => {
      const { get } = await openSandbox();
      const answer = await get(path);
      expect([answer.status, await answer.json()]).toEqual([404, { error: 'Not found' }]);
    },
  );
});
