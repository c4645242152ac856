import { describe, expect, test } from 'vitest';
import { acceptedId, readObject, readTask, statusOf, wasReplayed } from '../../src/api/answer.ts';

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
