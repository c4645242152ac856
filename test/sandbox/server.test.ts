import { describe, expect, it } from 'vitest';
import { startSandbox } from '../../src/sandbox/server.ts';
import { openSandbox } from './open-sandbox.ts';

describe('the server', () => {
  it('says what to do where the port is taken', async () => {
    const { url } = await openSandbox();
    const port = Number(new URL(url).port);
    await expect(startSandbox({ port, now: () => 0 })).rejects.toMatchObject({
      code: 'validation',
      message: `the sandbox cannot listen on 127.0.0.1, port ${port}: the port is taken`,
      facts: { hint: expect.stringContaining('--port') },
    });
  });

  it('says what to do where the port is none', async () => {
    await expect(startSandbox({ port: 70_000, now: () => 0 })).rejects.toMatchObject({
      code: 'validation',
      message: 'the sandbox cannot listen on 127.0.0.1, port 70000: a port is a number from 0 to 65535',
    });
  });

  it('names an address that can be called where it listens everywhere', async () => {
    const { url, get } = await openSandbox({ host: '0.0.0.0' });
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect((await get('/api/v1/me')).status).toBe(200);
  });

  it('leads back to the host by which it was called', async () => {
    const { url, make, get } = await openSandbox();
    const id = await make('mug');
    const other = url.replace('127.0.0.1', 'localhost');
    const answer = await fetch(`${other}/v1/tasks/${id}`, { headers: { authorization: 'Bearer k' } });
    expect(await answer.json()).toMatchObject({ images: [{ url: `${other}/files/${id}.png` }] });
    expect(await (await get(`/v1/tasks/${id}`)).json()).toMatchObject({
      images: [{ url: `${url}/files/${id}.png` }],
    });
  });

  it('closes while a client holds its connection open', async () => {
    const sandbox = await startSandbox({ now: () => 0 });
    await (await fetch(`${sandbox.url}/api/v1/price_schedules`)).text();
    await sandbox.close();
    await expect(fetch(sandbox.url)).rejects.toThrow('fetch failed');
  });
});
