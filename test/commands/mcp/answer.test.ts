import { expect, test } from 'vitest';
import { taskAnswer } from '../../../src/commands/mcp/answer.ts';
import type { TaskReport } from '../../../src/report/task-report.ts';

test('a task of another process that has no id yet is told without one', async () => {
  const report = { task_id: null, status: 'pending', images: [], resume: 'runapi-imagen resume', error: null };
  const { content, isError } = await taskAnswer(report as unknown as TaskReport);
  const [first = '', next = ''] = content.flatMap((each) => (each.type === 'text' ? each.text.split('\n') : []));
  expect([first, isError]).toEqual(['The picture: pending', undefined]);
  expect(next).toMatch(/^The request may have been accepted: call generate_image again with the same arguments/);
});
