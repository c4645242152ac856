import { describe, expect, test } from 'vitest';
import { acceptedId, costOf, imagesOf, readObject, readTask, statusOf, wasReplayed } from '../../src/api/answer.ts';

describe('the id of an accepted task', () => {
  test.each([
    [{ task_id: 'tsk_1' }, 'tsk_1'],
    [{ id: '0196a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b' }, '0196a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b'],
    [{ data: { task_id: 'tsk_2' } }, 'tsk_2'],
    [{ data: { id: 'tsk_3' } }, 'tsk_3'],
    [{ task_id: 'tsk_1', id: 'other' }, 'tsk_1'],
    [{ id: 123 }, '123'],
    [{ id: '../../etc' }, undefined],
    [{ id: 'a b' }, undefined],
    [{ id: '' }, undefined],
    [{ id: 'x'.repeat(129) }, undefined],
    [{ data: [] }, undefined],
    [{}, undefined],
  ])('%j', (answer, id) => {
    expect(acceptedId(answer)).toBe(id);
  });
});

test.each([
  [{ task_replayed: true }, true],
  [{ data: { task_replayed: true } }, true],
  [{ task_replayed: 'true' }, false],
  [{ task_replayed: false }, false],
  [{}, false],
])('%j is a replay: %s', (answer, replayed) => {
  expect(wasReplayed(answer)).toBe(replayed);
});

describe('the words of the service', () => {
  test.each([
    ['pending', 'pending'],
    ['queued', 'pending'],
    ['processing', 'processing'],
    ['running', 'processing'],
    ['in_progress', 'processing'],
    ['a word of next year', 'processing'],
    ['constructor', 'processing'],
    ['completed', 'completed'],
    ['complete', 'completed'],
    ['succeeded', 'completed'],
    ['SUCCESS', 'completed'],
    ['Finished', 'completed'],
    ['failed', 'failed'],
    ['error', 'failed'],
    ['canceled', 'failed'],
    ['cancelled', 'failed'],
    ['expired', 'failed'],
    ['TIMEOUT', 'failed'],
  ])('%s', (word, status) => {
    expect(statusOf(word)).toBe(status);
  });
});

describe('the state of a task, wherever it stands', () => {
  const url = 'https://cdn.runapi.ai/a.png';
  const done = { status: 'completed', images: [{ url }], reason: null };
  test.each([
    [{ status: 'processing' }, { status: 'processing', images: [] }],
    [{ state: 'queued' }, { status: 'pending' }],
    [{ data: { status: 'succeeded', images: [{ url }] } }, done],
    [{ data: { state: 'running' } }, { status: 'processing' }],
    [{ id: 'tsk_1', status: 'completed', images: [{ url }] }, done],
    [{ image_url: url }, done],
    [
      { status: 'processing', image_url: url },
      { status: 'processing', images: [] },
    ],
    [{ id: 'x', status: 'completed', response: { status: 200, body: { images: [{ url }] } } }, done],
    [{ id: 'x', status: 'completed', response: { body: JSON.stringify({ images: [{ url }] }) } }, done],
    [{ response: { body: { status: 'completed', image_urls: [url] } } }, done],
    [{ id: 'x', status: 'processing', response: { body: '' } }, { status: 'processing' }],
    [
      { id: 'x', status: 'failed', response: { body: { error: 'blocked' } } },
      { status: 'failed', reason: 'blocked' },
    ],
    [
      { status: 'failed', error: 'blocked' },
      { status: 'failed', reason: 'blocked' },
    ],
    [
      { status: 'failed', error: { code: 'x', message: 'blocked' } },
      { status: 'failed', reason: 'blocked' },
    ],
    [
      { status: 'failed', failure_reason: 'blocked' },
      { status: 'failed', reason: 'blocked' },
    ],
    [
      { status: 'failed', error: '<b>blocked</b>\u001b[31m' },
      { status: 'failed', reason: 'blocked [31m' },
    ],
    [{ status: 'expired' }, { status: 'failed', reason: 'expired' }],
  ])('%j', (answer, task) => {
    expect(readTask(answer, 'tsk_1')).toMatchObject({ id: 'tsk_1', ...task });
  });

  test.each([
    [{ status: 'completed', images: [] }, 'task tsk_1 is completed, but its answer holds no image'],
    [{ status: 'completed', images: [{ url: 'javascript:alert(1)' }] }, 'holds no image'],
    [{ hello: 'world' }, 'the answer about task tsk_1 has no status'],
    [{ status: { code: 1 } }, 'has no status'],
    [{}, 'has no status'],
  ])('%j is no answer', (answer, problem) => {
    expect(() => readTask(answer, 'tsk_1')).toThrow(problem);
  });
});

describe('a body that is no JSON object', () => {
  test.each([
    ['', 'runapi.ai answered an empty body'],
    [' \n', 'an empty body'],
    ['<!doctype html><title>x', 'a web page'],
    ['{"task_id":"tsk_a', 'something that is not JSON'],
    ['OK', 'something that is not JSON'],
    ['[1]', 'something that is not JSON'],
    ['null', 'something that is not JSON'],
  ])('%j', (text, problem) => {
    expect(() => readObject(text, 'runapi.ai')).toThrow(problem);
  });
});

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

const charged = (cents: number) => ({ currency: 'USD', reserved_cents: null, charged_cents: cents, refunded: false });

describe('the cost in dollars', () => {
  test.each([
    [0.08, 8],
    [0.07, 7],
    [0.29, 29],
    [0.57, 57],
    [1.1, 110],
    [0.0105, 1.05],
    [0.00000001, 0.000001],
    [4e-8, 0.000004],
    [0.1 + 0.2, 30],
    [0, 0],
    [12, 1200],
    ['0.0375', 3.75],
  ])('%j is %j cents', (cost, cents) => {
    expect(costOf({ status: 'completed', usage: { cost } })).toEqual(charged(cents));
  });

  test('every amount up to ten dollars is exact to a tenth of a cent', () => {
    const wrong = Array.from({ length: 10_000 }, (_, mills) => mills).filter(
      (mills) => costOf({ usage: { cost: mills / 1000 } })?.charged_cents !== mills / 10,
    );
    expect(wrong).toEqual([]);
  });

  test('is read inside data too', () => {
    expect(costOf({ data: { id: 't', usage: { cost: 0.04 } } })).toEqual(charged(4));
  });
});

const billing = {
  reservation: { amount_cents: 9 },
  settlement: { charged_amount_cents: 8, amount_micro_cents: 8_000_000 },
  refund: null,
};

test('dollars win over the old form, which still tells what was reserved', () => {
  expect(costOf({ usage: { cost: 0.0125 }, billing })).toEqual({ ...charged(1.25), reserved_cents: 9 });
});

test('the old form is read as before', () => {
  expect(costOf({ billing })).toEqual({ ...charged(8), reserved_cents: 9 });
  expect(costOf({ billing: { settlement: { amount_micro_cents: 3_750_000 } } })).toEqual(charged(3.75));
});

test.each([
  [{}],
  [{ usage: null }],
  [{ usage: {} }],
  [{ usage: { cost: null } }],
  [{ usage: { cost: '' } }],
  [{ usage: { cost: -0.08 } }],
  [{ usage: { cost: 1e300 } }],
  [{ usage: { cost: { amount: 8 } } }],
  [{ usage: [0.08] }],
  [{ usage: 0.08 }],
  ['usage'],
  [null],
])('an answer that tells no cost costs something unknown: %j', (answer) => {
  expect(costOf(answer)).toBe(null);
});
