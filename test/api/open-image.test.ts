import { expect, test } from 'vitest';
import { openImage } from '../../src/api/open-image.ts';

/** Opens a picture whose host sends it elsewhere, and answers every address that was asked. */
async function followed(from: string, to: string): Promise<{ asked: string[]; end: string }> {
  const asked: string[] = [];
  const opening = openImage(
    async ({ url }) => {
      asked.push(url);
      const status = url === from ? 302 : 200;
      return { status, headers: { location: to }, body: (async function* () {})(), close: () => undefined };
    },
    from,
    0,
    new AbortController().signal,
  );
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
