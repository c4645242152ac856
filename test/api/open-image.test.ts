import { expect, test } from 'vitest';
import { openImage } from '../../src/api/open-image.ts';
import type { Transport } from '../../src/api/transport.ts';
import { fakeClock } from '../support/clock.ts';

const answer = { body: (async function* () {})(), text: async () => '', close: () => undefined };

/** Opens a picture whose host sends it elsewhere, and answers every address that was asked. */
async function followed(from: string, to: string): Promise<{ asked: string[]; end: string }> {
  const asked: string[] = [];
  const transport: Transport = async ({ url }) => {
    asked.push(url);
    return { ...answer, status: url === from ? 302 : 200, headers: { location: to } };
  };
  const fetcher = { transport, base: 'https://api.test', userAgent: 'x/1', clock: fakeClock() };
  const opening = openImage(fetcher, from, new AbortController().signal);
  return { asked, end: await opening.then(() => 'opened', String) };
}

test.each([
  ['http://img.test/b.png'],
  ['file:///etc/passwd'],
  ['data:image/png;base64,AAAA'],
  ['ftp://img.test/b.png'],
  ['javascript:alert(1)'],
])('a picture under https is not sent to %s', async (to) => {
  const { asked, end } = await followed('https://img.test/a.png', to);
  expect([asked, end]).toEqual([['https://img.test/a.png'], expect.stringContaining('not followed')]);
});

test('it may move to another host under https, as with curl --location', async () => {
  const { asked, end } = await followed('https://img.test/a.png', 'https://cdn.test/b.png');
  expect([asked, end]).toEqual([['https://img.test/a.png', 'https://cdn.test/b.png'], 'opened']);
});

test.each([['http://img.test/a.png'], ['ftp://img.test/a.png']])(
  'an API under https names no picture at %s',
  async (url) => {
    expect(await followed(url, url)).toEqual({ asked: [], end: expect.stringContaining('not followed') });
  },
);

/** Goes on with a picture of which 5 of 10 bytes came, where the server answers like that. */
async function resumed(status: number, headers: Record<string, string>): Promise<string | number> {
  const transport: Transport = async () => ({ ...answer, status, headers });
  const fetcher = { transport, base: 'https://api.test', userAgent: 'x/1', clock: fakeClock() };
  const { signal } = new AbortController();
  const resume = { offset: 5, validator: '"a"', total: 10 };
  const opening = openImage(fetcher, 'https://img.test/a.png', signal, resume);
  return await opening.then(
    ({ offset }) => offset,
    ({ facts }) => (facts.restart ? 'anew' : 'lost'),
  );
}

test.each([
  [206, { etag: '"a"', 'content-range': 'bytes 5-9/10' }, 5],
  [206, { etag: '"a"', 'content-range': ' Bytes 5-9/10 ' }, 5],
  [200, { etag: '"b"' }, 0],
  [206, { etag: '"b"', 'content-range': 'bytes 5-9/10' }, 'anew'],
  [206, { etag: 'W/"a"', 'content-range': 'bytes 5-9/10' }, 'anew'],
  [206, { 'content-range': 'bytes 5-9/10' }, 'anew'],
  [206, { etag: '"a"', 'content-range': 'bytes 5-10/11' }, 'anew'],
  [206, { etag: '"a"', 'content-range': 'bytes 5-9/*' }, 'anew'],
  [206, { etag: '"a"', 'content-range': 'bytes 4-9/10' }, 'anew'],
  [206, { etag: '"a"', 'content-range': 'bytes 0-4/10' }, 'anew'],
  [206, { etag: '"a"' }, 'anew'],
  [416, {}, 'anew'],
])('a part is joined under one strong validator and one total only: %d %j', async (status, headers, offset) => {
  expect(await resumed(status, headers as Record<string, string>)).toBe(offset);
});
