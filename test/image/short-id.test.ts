import { expect, test } from 'vitest';
import { shortId } from '../../src/image/short-id.ts';

test.each([
  ['tsk_abc123', 'abc123'],
  ['task_123', '123'],
  ['0197a2b4-7c1d-7e3f-8a9b-0123456789ab', '456789ab'],
  ['task_0197a2b4-7c1d-7e3f-8a9b-0123456789ab', '456789ab'],
  ['abc123', 'abc123'],
  ['a1_b2', 'a1b2'],
  ['task_', 'task'],
  ['---', 'task'],
  ['../..', 'task'],
  ['任务', 'task'],
  ['', 'task'],
])('%j is %s', (id, short) => {
  expect(shortId(id)).toBe(short);
});
