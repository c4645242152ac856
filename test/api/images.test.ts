import { describe, expect, test } from 'vitest';
import { imagesOf } from '../../src/api/images.ts';

const a = 'https://file.runapi.ai/a.png';
const b = 'https://file.runapi.ai/b.png';

describe('the pictures of a task, wherever this server puts them', () => {
  test.each([
    [{ images: [{ url: a }, { url: b }] }, [a, b]],
    [{ images: [a, b] }, [a, b]],
    [{ images: { url: a } }, [a]],
    [{ image_urls: [a, b] }, [a, b]],
    [{ image_url: a }, [a]],
    [{ output: a }, [a]],
    [{ output: [a, b] }, [a, b]],
    [{ output: [{ url: a }] }, [a]],
    [{ data: [{ url: a }, { url: b }] }, [a, b]],
    [{ data: [{ b64_json: 'iVBORw0KGgo=' }] }, ['data:;base64,iVBORw0KGgo=']],
    [{ images: ['data:image/png;base64,iVBORw0KGgo='] }, ['data:image/png;base64,iVBORw0KGgo=']],
    [{ result: { images: [{ url: a }] } }, [a]],
    [{ result: a }, [a]],
    [{ result: [a, b] }, [a, b]],
    [{ data: { images: [{ url: a }] } }, [a]],
    [{ data: { url: a } }, [a]],
    [{ data: { result: { image_url: a } } }, [a]],
    [{ response: { body: { images: [{ url: a }] } } }, [a]],
    [{ response: { body: JSON.stringify({ images: [{ url: a }] }) } }, [a]],
    [{ images: [{ url: a, origin_url: b }] }, [a]],
  ])('%j', (answer, urls) => {
    expect(imagesOf(answer).map(({ url }) => url)).toEqual(urls);
  });
});

test('the first place that holds any counts, and no picture counts twice', () => {
  expect(imagesOf({ images: [{ url: a }], image_url: a, output: [b] })).toEqual([{ url: a }]);
  expect(imagesOf({ images: [], image_urls: [b] })).toEqual([{ url: b }]);
});

describe('what is no picture', () => {
  test.each([
    [{}],
    [{ images: [] }],
    [{ images: null, image_url: null }],
    [{ images: [{}] }],
    [{ images: [{ url: 5 }] }],
    [{ images: [{ url: 'file:///etc/passwd' }] }],
    [{ images: [{ url: 'javascript:alert(1)' }] }],
    [{ images: [{ url: 'http://[' }] }],
    [{ image_url: 'a.png' }],
    [{ output: 'done' }],
    [{ result: 'done' }],
    [{ response: { body: 'not JSON' } }],
    [null],
    ['text'],
  ])('%j', (answer) => {
    expect(imagesOf(answer)).toEqual([]);
  });
});
