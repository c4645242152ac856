import { onTestFinished } from 'vitest';
import { type Sandbox, type SandboxOptions, startSandbox } from '../../src/sandbox/server.ts';

/** Noon of a day, so that a test has hours before and after it. */
const noon = Date.UTC(2026, 5, 15, 12);
export const dayMs = 86_400_000;

/** The fields of the answers that tests read. */
interface Told {
  id: string;
  task_id: string;
  status: string;
  images: { url: string }[];
  response: { status: number; content_type: string; body: string };
  errors: Record<string, string[]>;
  billing: object;
  price_schedules: { unit_price_cents: number }[];
}

type Reply = Omit<Response, 'json'> & { json(): Promise<Told> };

export interface TestSandbox extends Sandbox {
  /** Moves the clock on. */
  pass(milliseconds: number): void;
  get(path: string, headers?: Record<string, string>): Promise<Reply>;
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Reply>;
  /** Posts a task in the guide's dialect, lets it end, and returns its id. */
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
    }) as Promise<Reply>;
  return {
    ...sandbox,
    post,
    pass: (milliseconds) => {
      nowMs += milliseconds;
    },
    get: (path, headers = {}) =>
      fetch(sandbox.url + path, {
        headers: path.startsWith('/files') ? headers : { ...key, ...headers },
      }) as Promise<Reply>,
    make: async (prompt, fields = {}) => {
      const body = { model: 'imagen-4', prompt, ...fields };
      const answer = await post('/v1/text_to_image', body, { 'idempotency-key': JSON.stringify(body) });
      const { task_id } = await answer.json();
      nowMs += 2000;
      return task_id;
    },
  };
}
