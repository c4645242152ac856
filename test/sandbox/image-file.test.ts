import { describe, expect, it } from 'vitest';
import { dayMs, openSandbox } from './open-sandbox.ts';

describe('the image of a task', () => {
  it('is a PNG with its length, a strong tag and ranges', async () => {
    const { make, get } = await openSandbox();
    const answer = await get(`/files/${await make('mug')}.png`);
    const bytes = Buffer.from(await answer.arrayBuffer());
    expect(answer.status).toBe(200);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'image/png',
      'content-length': String(bytes.length),
      etag: expect.stringMatching(/^"[0-9a-f]{32}"$/),
      'accept-ranges': 'bytes',
    });
    expect(bytes.subarray(1, 4).toString()).toBe('PNG');
    expect(bytes.length).toBeLessThan(2_000_000);
  });

  it('answers HEAD without the bytes', async () => {
    const { make, get, url } = await openSandbox();
    const path = `/files/${await make('mug')}.png`;
    const head = await fetch(url + path, { method: 'HEAD' });
    expect(head.headers.get('content-length')).toBe((await get(path)).headers.get('content-length'));
    expect(await head.text()).toBe('');
  });

  it('gives what is left of it', async () => {
    const { make, get } = await openSandbox();
    const path = `/files/${await make('mug')}.png`;
    const whole = Buffer.from(await (await get(path)).arrayBuffer());
    const part = await get(path, { range: 'bytes=5000-' });
    const place = `bytes 5000-${whole.length - 1}/${whole.length}`;
    expect([part.status, part.headers.get('content-range')]).toEqual([206, place]);
    expect(Buffer.from(await part.arrayBuffer()).equals(whole.subarray(5000))).toBe(true);
  });

  it.each(['bytes=0-3', 'bytes=-12', 'bytes=0-1,4-5', 'bytes=-', 'lines=1-2'])(
    'gives the whole for the range %s',
    async (range) => {
      const { make, get } = await openSandbox();
      expect((await get(`/files/${await make('mug')}.png`, { range })).status).toBe(200);
    },
  );

  it('has nothing behind its end', async () => {
    const { make, get } = await openSandbox();
    const path = `/files/${await make('mug')}.png`;
    const answer = await get(path, { range: 'bytes=99999999-' });
    const length = (await get(path)).headers.get('content-length');
    expect([answer.status, answer.headers.get('content-range')]).toEqual([416, `bytes */${length}`]);
  });

  it('continues only the version that the client has', async () => {
    const { make, get } = await openSandbox();
    const path = `/files/${await make('mug')}.png`;
    const etag = (await get(path)).headers.get('etag') ?? '';
    expect((await get(path, { range: 'bytes=9-', 'if-range': etag })).status).toBe(206);
    expect((await get(path, { range: 'bytes=9-', 'if-range': '"another"' })).status).toBe(200);
  });

  it('is not sent again to a client that has it', async () => {
    const { make, get } = await openSandbox();
    const path = `/files/${await make('mug')}.png`;
    const etag = (await get(path)).headers.get('etag') ?? '';
    const answer = await get(path, { 'if-none-match': etag });
    expect([answer.status, answer.headers.get('content-length')]).toEqual([304, null]);
  });

  it('is there for seven days', async () => {
    const { post, get, pass } = await openSandbox({ latencyMs: 0 });
    const { task_id } = await (await post('/v1/text_to_image', { model: 'imagen-4', prompt: 'mug' })).json();
    const path = `/files/${task_id}.png`;
    pass(7 * dayMs - 1);
    expect((await get(path)).status).toBe(200);
    pass(1);
    expect((await get(path)).status).toBe(410);
  });

  it('is not there while its task runs or after it failed', async () => {
    const { post, get, make } = await openSandbox();
    const { task_id } = await (await post('/v1/text_to_image', { model: 'imagen-4', prompt: 'mug' })).json();
    expect((await get(`/files/${task_id}.png`)).status).toBe(404);
    expect((await get(`/files/${await make('[sandbox:fail]')}.png`)).status).toBe(404);
  });

  it('refuses a key that leaks to it', async () => {
    const { make, get } = await openSandbox();
    const answer = await get(`/files/${await make('mug')}.png`, { authorization: 'Bearer any-key' });
    expect([answer.status, await answer.json()]).toEqual([400, { error: expect.stringContaining('API key') }]);
  });
});
