/**
 * The part of a task's id that goes into a file name: `tsk_abc123` is `abc123`. The last eight letters and
 * digits, because ids that begin with the time (UUID v7) begin alike. Never empty.
 */
export function shortId(taskId: string): string {
  const bare = taskId.replace(/^[A-Za-z]+_/, '');
  return bare.replace(/[^A-Za-z0-9]/g, '').slice(-8) || 'task';
}
