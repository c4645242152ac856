import { onTestFinished } from 'vitest';
import { type Sandbox, type SandboxOptions, startSandbox } from '../../src/sandbox/server.ts';

/** Noon of a day, so that a test has hours before and after it. */
export const noon = Date.UTC(2026, 5, 15, 12);
export const dayMs = 86_400_000;

export interface TestSandbox extends Sandbox {
  /** Lets time go on. */
  pass(milliseconds: number): void;
  get(path: string, headers?: Record<string, string>): Promise<Response>;
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Response>;
  /** Posts a task in the guide's way and lets it end; answers its id. */
  make(prompt: string, fields?: object): Promise<string>;
}

/** A sandbox whose clock stands still until the test moves it. */
export async function openSandbox(options: Partial<SandboxOptions> = {}): Promise<TestSandbox> {
  let nowMs = noon;
  const sandbox = await startSandbox({ latencyMs: 1000, now: () => nowMs, ...options });
  onTestFinished(sandbox.close);
  const key = { authorization: 'Bearer any-key' };
  const post: TestSandbox['post'] = (path, body, headers = {}) =>
    fetch(sandbox.url + path, {
      method: 'POST',
      headers: { ...key, 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  return {
    ...sandbox,
    post,
    pass: (milliseconds) => {
      nowMs += milliseconds;
    },
    get: (path, headers = {}) =>
      fetch(sandbox.url + path, { headers: path.startsWith('/files') ? headers : { ...key, ...headers } }),
    make: async (prompt, fields = {}) => {
      const answer = await post('/v1/text_to_image', { model: 'imagen-4', prompt, ...fields });
      const { task_id } = (await answer.json()) as { task_id: string };
      nowMs += 2000;
      return task_id;
    },
  };
}
