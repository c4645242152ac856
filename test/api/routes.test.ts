import { describe, expect, test } from 'vitest';
import { asTemplate, createUrl, namedStatusUrl, statusUrls } from '../../src/api/routes.ts';

const base = 'https://runapi.ai';
const v1 = `${base}/v1/text_to_image/tsk_1`;
const tasks = `${base}/v1/tasks/tsk_1`;
const apiTasks = `${base}/api/v1/tasks/tsk_1`;
const service = `${base}/api/v1/imagen_4/text_to_image/tsk_1`;

test('each dialect has its own create route', () => {
  expect(createUrl(base, 'guide')).toBe(`${base}/v1/text_to_image`);
  expect(createUrl(base, 'service')).toBe(`${base}/api/v1/imagen_4/text_to_image`);
});

describe('where a task is looked for, the likeliest place first', () => {
  test.each([
    ['nothing known', {}, [v1, tasks, apiTasks, service]],
    ['the guide', { dialect: 'guide' as const }, [v1, tasks, apiTasks, service]],
    ['the service', { dialect: 'service' as const }, [service, v1, tasks, apiTasks]],
    ['a remembered route', { remembered: `${base}/v1/tasks/{id}` }, [tasks, v1, apiTasks, service]],
    [
      'an address of the create answer',
      { statusUrl: `${base}/jobs/7` },
      [`${base}/jobs/7`, v1, tasks, apiTasks, service],
    ],
    ['an address elsewhere is left out', { statusUrl: 'https://evil.example/jobs/7' }, [v1, tasks, apiTasks, service]],
    ['a memory of elsewhere is left out', { remembered: 'https://evil.example/{id}' }, [v1, tasks, apiTasks, service]],
  ])('%s', (_, clues, urls) => {
    expect(statusUrls(base, 'tsk_1', clues)).toEqual(urls);
  });
});

describe('the address that a create answer names', () => {
  test.each([
    ['/v1/tasks/tsk_1', tasks],
    ['v1/tasks/tsk_1', tasks],
    [tasks, tasks],
    ['https://evil.example/tsk_1', undefined],
    ['//evil.example/tsk_1', undefined],
    ['http://runapi.ai/v1/tasks/tsk_1', undefined],
    ['', undefined],
    [undefined, undefined],
    ['http://[', undefined],
  ])('%s', (named, url) => {
    expect(namedStatusUrl(base, named)).toBe(url);
  });
});

test('only an address with the id in it can serve for other tasks', () => {
  expect(asTemplate(tasks, 'tsk_1')).toBe(`${base}/v1/tasks/{id}`);
  expect(asTemplate(`${base}/jobs/7`, 'tsk_1')).toBeUndefined();
});
