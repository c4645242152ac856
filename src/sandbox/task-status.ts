import { keyOf } from './api-key.ts';
import { billingOf } from './billing.ts';
import { type Answer, type Call, type House, jsonAnswer } from './call.ts';
import { type Progress, progressOf } from './progress.ts';
import { Refusal } from './refusal.ts';
import type { SandboxTask } from './task-book.ts';

export function showGuideTask(call: Call, house: House, id: string): Answer {
  const { task, progress } = look(call, house, id);
  const result = resultOf(task, progress, call.origin);
  const billing = billingOf(task, progress);
  return answerFor(task, {
    task_id: id,
    status: progress,
    model: task.order.model,
    ...result,
    billing,
  });
}

export function showServiceTask(call: Call, house: House, id: string): Answer {
  const { task, progress } = look(call, house, id);
  return answerFor(task, serviceTask(task, progress, call.origin));
}

/** Any kind of task of the service: what its own route would have answered comes as a text inside. */
export function showWrappedTask(call: Call, house: House, id: string): Answer {
  const { task, progress } = look(call, house, id);
  const body = JSON.stringify(serviceTask(task, progress, call.origin));
  const ended = progress === 'completed' || progress === 'failed';
  const response = {
    status: 200,
    content_type: 'application/json',
    headers: {},
    body,
  };
  return answerFor(task, {
    id,
    status: inService(progress),
    response: ended ? response : null,
  });
}

function look(call: Call, house: House, id: string): { task: SandboxTask; progress: Progress } {
  keyOf(call);
  const task = house.book.find(id);
  if (!task) throw new Refusal(404, 'Task not found');
  return { task, progress: progressOf(task, house.now()) };
}

function serviceTask(task: SandboxTask, progress: Progress, origin: string): object {
  const result = resultOf(task, progress, origin);
  return {
    id: task.id,
    status: inService(progress),
    ...result,
    billing: billingOf(task, progress),
  };
}

/** The service has no word for a task that waits. */
function inService(progress: Progress): string {
  return progress === 'pending' ? 'processing' : progress;
}

function resultOf({ id, reason }: SandboxTask, progress: Progress, origin: string): object {
  if (progress === 'completed') return { images: [{ url: `${origin}/files/${id}.png` }] };
  return progress === 'failed' ? { error: reason } : {};
}

function answerFor({ id }: SandboxTask, told: object): Answer {
  return jsonAnswer(told, { 'X-RunAPI-Task-Id': id });
}
