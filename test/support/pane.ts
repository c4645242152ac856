import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { onTestFinished, vi } from 'vitest';
import { bin, type Machine } from './program.ts';

/** A real terminal with a shell in it. */
export interface Pane {
  type(text: string): void;
  press(...keys: string[]): void;
  /** What can be seen, without the empty lines at its end. */
  screen(): string;
  /** Waits until it can be seen. */
  shows(text: string | RegExp): Promise<string>;
}

const prompt = 'READY>';

/** A tmux of its own, closed when the test is over. `run` is the program, and the prompt is `READY>`. */
export async function openPane({ env, folder }: Machine): Promise<Pane> {
  const server = `runapi-imagen-${randomBytes(4).toString('hex')}`;
  const tmux = (...words: string[]): string =>
    execFileSync('tmux', ['-L', server, '-f', '/dev/null', ...words], {
      encoding: 'utf8',
      env: { ...env, TERM: 'xterm' },
    });
  const shell = `env PS1='${prompt} ' run='${process.execPath} ${bin}' sh -i`;
  tmux('new-session', '-d', '-x', '100', '-y', '30', '-c', folder, shell);
  onTestFinished(() => void tmux('kill-server'));
  const pane: Pane = {
    type: (text) => void tmux('send-keys', '-l', text),
    press: (...keys) => void tmux('send-keys', ...keys),
    screen: () => tmux('capture-pane', '-p', '-J').trimEnd(),
    shows: (text) =>
      vi.waitFor(
        () => {
          const seen = pane.screen();
          if (typeof text === 'string' ? !seen.includes(text) : !text.test(seen))
            throw new Error(`not seen: ${text}\n${seen}`);
          return seen;
        },
        { timeout: 20_000, interval: 30 },
      ),
  };
  await pane.shows(prompt);
  return pane;
}
