import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { onTestFinished } from 'vitest';
import { type AtEnd, bin, type Machine } from '../../support/program.ts';

/** A line of the log. */
interface Line {
  url?: string;
  token_file?: string;
  path?: string;
  status?: number;
  cents?: number;
  pictures?: number;
  joined?: boolean;
  error?: string;
}

/** The built program as a server, and a client of it. */
export interface Served {
  url: string;
  token: string;
  child: ChildProcess;
  lines: Line[];
  /** All that it wrote. */
  output(): { stdout: string; stderr: string };
  /** Resolves with the next line of the log that is like this. */
  logged(isMeant: (line: Line) => boolean): Promise<Line>;
  ask(body: object, more?: { headers?: Record<string, string>; signal?: AbortSignal; path?: string }): Promise<Answer>;
  kill(signal?: NodeJS.Signals): Promise<void>;
}

interface Answer {
  status: number;
  headers: Headers;
  body: {
    data?: Array<{ b64_json?: string; url?: string }>;
    size?: string;
    tasks?: Array<{ task_id: string; reused: boolean }>;
    error?: { message: string; type: string; code: string };
  };
}

/** Ended with the test. */
export async function startServe(
  machine: Machine,
  words: readonly string[],
  atEnd: AtEnd = onTestFinished,
): Promise<Served> {
  const child = spawn(process.execPath, [bin, 'serve', '--port', '0', '--json', ...words], {
    cwd: machine.folder,
    env: machine.env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const kill = async (signal: NodeJS.Signals = 'SIGKILL'): Promise<void> => {
    child.kill(signal);
    await ended;
  };
  atEnd(() => kill());
  let stdout = '';
  let stderr = '';
  const lines: Line[] = [];
  const waiting = new Set<() => void>();
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  createInterface({ input: child.stderr }).on('line', (text) => {
    stderr += `${text}\n`;
    if (text.startsWith('{')) lines.push(JSON.parse(text));
    for (const look of waiting) look();
  });
  const logged = (isMeant: (line: Line) => boolean): Promise<Line> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const found = lines.find(isMeant);
        if (!found) return;
        waiting.delete(look);
        resolve(found);
      };
      waiting.add(look);
      void ended.then(() => reject(new Error(`serve ended: ${stderr}`)));
      look();
    });
  const { url = '', token_file = '' } = await logged((line) => line.url !== undefined);
  const token = readFileSync(token_file, 'utf8').trim();
  return {
    url,
    token,
    child,
    lines,
    output: () => ({ stdout, stderr }),
    logged,
    kill,
    async ask(body, { headers, signal, path = 'generations' } = {}) {
      const answer = await fetch(`${url}/images/${path}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
        ...(signal && { signal }),
      });
      return { status: answer.status, headers: answer.headers, body: (await answer.json()) as Answer['body'] };
    },
  };
}

/** The server of a service, which polls often: tests wait for nothing. */
export function startServeOf(
  service: { url: string },
  machine: Machine,
  words: readonly string[] = [],
  atEnd?: AtEnd,
): Promise<Served> {
  return startServe(machine, ['--base-url', service.url, '--poll-interval', '20ms', ...words], atEnd);
}
