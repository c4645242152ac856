import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { smallPng } from '../support/service.ts';
import { openSandbox, type TestSandbox } from './open-sandbox.ts';

const png = smallPng(200);
const checksum = createHash('md5').update(png).digest('base64');
const announced = { filename: 'mug.png', byte_size: png.length, checksum, content_type: 'image/png' };

async function remix({ post }: TestSandbox, url: string) {
  const body = { model: 'imagen-4-pro-remix-image', prompt: 'blue', source_image_urls: [url] };
  return await post('/api/v1/imagen_4/remix_image', body);
}

/** Announces a picture, puts it where it is told to, and returns what it was told in the end. */
async function upload(sandbox: TestSandbox, bytes: Uint8Array<ArrayBuffer> = new Uint8Array(png)) {
  const { upload_url, headers, signed_id } = (await (
    await sandbox.post('/api/v1/files/prepare', announced)
  ).json()) as never;
  const put = await fetch(upload_url, { method: 'PUT', headers, body: bytes });
  const confirmed = await sandbox.post('/api/v1/files/confirm', { signed_id });
  return { put: put.status, status: confirmed.status, file: (await confirmed.json()) as unknown as { url: string } };
}

describe('a picture', () => {
  it('is announced, put and confirmed, and is there for an hour', async () => {
    const sandbox = await openSandbox();
    const { file } = await upload(sandbox);
    expect(file).toEqual({
      file_name: 'mug.png',
      url: expect.stringContaining(`${sandbox.url}/uploads/`),
      size_bytes: png.length,
      mime_type: 'image/png',
      created_at: '2026-06-15T12:00:00.000Z',
      expires_at: '2026-06-15T13:00:00.000Z',
    });
    expect(Buffer.from(await (await fetch(file.url)).arrayBuffer())).toEqual(png);
    expect((await remix(sandbox, file.url)).status).toBe(200);
    sandbox.pass(3_600_000);
    expect((await remix(sandbox, file.url)).status).toBe(422);
  });

  it('that is not the one that was announced is refused', async () => {
    const { put, status } = await upload(await openSandbox(), new Uint8Array(smallPng(1)));
    expect([put, status]).toEqual([400, 422]);
  });

  it('may come as base64, or stay where it is', async () => {
    const sandbox = await openSandbox();
    const post = async (source: object) => (await sandbox.post('/api/v1/files', { source, file_name: 'a.png' })).json();
    const [own, link] = (await Promise.all([
      post({ type: 'base64', data: `data:image/png;base64,${png.toString('base64')}` }),
      post({ type: 'url', url: 'https://example.com/a.png' }),
    ])) as unknown as { url: string; size_bytes: number }[];
    expect(own).toMatchObject({ file_name: 'a.png', size_bytes: png.length });
    const { status, headers } = await fetch(link?.url ?? '', { redirect: 'manual' });
    expect([status, headers.get('location')]).toEqual([302, 'https://example.com/a.png']);
    for (const file of [own, link]) expect((await remix(sandbox, file?.url ?? '')).status).toBe(200);
  });

  it.each([{}, { source: { type: 'url', url: 'mug.png' } }, { source: { type: 'base64', data: '' } }])(
    'is refused as %j',
    async (body) => {
      const { post } = await openSandbox();
      expect((await post('/api/v1/files', body)).status).toBe(422);
    },
  );

  it('needs a key to announce, and takes none where it is put', async () => {
    const { post, url } = await openSandbox();
    expect((await post('/api/v1/files/prepare', announced, { authorization: '' })).status).toBe(401);
    const leaked = { method: 'PUT', headers: { authorization: 'Bearer k' }, body: 'x' };
    expect((await fetch(`${url}/uploads/x`, leaked)).status).toBe(400);
  });
});

describe('a task', () => {
  it('of one key is that of no other, and is found without its action', async () => {
    const { post, get } = await openSandbox();
    const asked = async (authorization: string) =>
      (
        await post('/v1/text_to_image', { model: 'imagen-4', prompt: 'x' }, { authorization, 'idempotency-key': 'k' })
      ).json();
    const [first, second, again] = [await asked('Bearer a'), await asked('Bearer b'), await asked('Bearer a')];
    expect(first.task_id).not.toBe(second.task_id);
    expect(again.task_id).toBe(first.task_id);
    expect((await get(`/api/v1/imagen_4/${first.task_id}`)).status).toBe(200);
  });
});
