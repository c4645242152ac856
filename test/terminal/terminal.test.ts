/** @module-tag slow */
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { has } from '../support/has.ts';
import { openPane } from '../support/pane.ts';
import { bin, filesIn, type Machine, newMachine } from '../support/program.ts';
import { json, type Service, startService } from '../support/service.ts';

/** A task that never ends. */
async function endless(): Promise<Service> {
  const service = await startService();
  service.always('look', ({ task }, response) => json(response, 200, { id: task?.id, status: 'processing' }));
  return service;
}

describe.skipIf(!has('tmux'))('in a real terminal (needs tmux)', () => {
  test('a spinner with state and seconds turns, and Ctrl-C gives the prompt back with the task', async () => {
    const service = await endless();
    const machine = await newMachine();
    const pane = await openPane(machine);
    pane.type(`$run generate 'a mug' --base-url ${service.url}`);
    pane.press('Enter');
    await pane.shows(/[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏] imagen-4: processing · 1s · tsk_/);
    await pane.shows(/imagen-4: processing · [1-9]s/);
    const [task] = service.tasks.values();
    pane.press('C-c');
    await pane.shows(
      new RegExp(
        `Stopped: task ${task?.id} went on\\.\\s+Continue\\s+with:\\s+runapi-imagen resume ${task?.id}\\s+READY>`,
      ),
    );
    pane.type('echo "exit $?"; stty -a | grep -o " -*echo "');
    pane.press('Enter');
    const seen = await pane.shows(/exit 130\s+echo/);
    expect(seen).not.toMatch(/processing ·.*\n.*processing ·/);
  });

  test('a picture that is done leaves the summary and the path, and no spinner', async () => {
    const service = await startService({ dialect: 'service', runningLooks: 0 });
    const machine = await newMachine();
    const pane = await openPane(machine);
    pane.type(`clear; $run generate 'a mug' --base-url ${service.url}`);
    pane.press('Enter');
    const seen = await pane.shows(/a-mug-\w+\.png\s+READY>/);
    const [file] = await filesIn(machine.folder);
    expect(seen.split('\n').slice(-3)).toEqual([expect.stringMatching(/^✔ a mug 16×16 PNG/), file, 'READY>']);
    expect(seen).not.toContain('submitting');
  });

  test('CI=1 prints plain lines', async () => {
    const service = await endless();
    const pane = await openPane(await newMachine());
    pane.type(`clear; CI=1 $run generate 'a mug' --timeout 3s --base-url ${service.url}`);
    pane.press('Enter');
    const seen = await pane.shows('not finished after 3.0s');
    expect(seen).toMatch(
      /imagen-4: submitting · 0s\nimagen-4: pending · \ds · tsk_\w+\nimagen-4: processing · \ds · tsk_\w+\nerror:/,
    );
  });

  test('the key is asked for without echo, and the terminal is as before', async () => {
    const machine = await newMachine();
    const pane = await openPane(machine);
    pane.type('clear; $run config set api-key');
    pane.press('Enter');
    await pane.shows('RunAPI key (it will not be shown):');
    pane.type('rk_typed_0123456789wxyY');
    pane.press('BSpace');
    pane.type('z');
    pane.press('Enter');
    const seen = await pane.shows('api-key is set in');
    expect(seen).not.toContain('rk_typed');
    pane.type('clear; RUNAPI_API_KEY= $run config get api-key; stty -a | grep -o " -*echo "');
    pane.press('Enter');
    await pane.shows(/…wxyz\s+echo/);
  });

  test('Ctrl-C at that question ends it, with nothing stored', async () => {
    const machine = await newMachine();
    const pane = await openPane(machine);
    pane.type('clear; $run config set api-key; echo "exit $?"');
    pane.press('Enter');
    await pane.shows('RunAPI key (it will not be shown):');
    pane.press('C-c');
    await pane.shows('exit 130');
    pane.type('stty -a | grep -o " -*echo "');
    pane.press('Enter');
    await pane.shows(/\s echo/);
    expect(await filesIn(machine.home)).toEqual([]);
  });

  test('- says that it reads the terminal; without it nothing waits', async () => {
    const service = await startService();
    const pane = await openPane(await newMachine());
    pane.type(`clear; $run generate - --no-wait --base-url ${service.url}`);
    pane.press('Enter');
    await pane.shows('Reading the prompt from the terminal: end it with Ctrl-D');
    pane.type('typed words');
    pane.press('Enter', 'C-d');
    await pane.shows('Fetch it: runapi-imagen download');
    expect(JSON.parse(service.calls[0]?.body ?? '').prompt).toBe('typed words');
    pane.type('clear; $run generate');
    pane.press('Enter');
    await pane.shows(/error: There is no prompt[\s\S]*READY>/);
  });

  test('image bytes are never written to it', async () => {
    const pane = await openPane(await newMachine());
    pane.type('clear; $run generate x -o - --sandbox');
    pane.press('Enter');
    await pane.shows(/error: --output - would write image bytes to the terminal/);
  });
});

/** Through util-linux' script, on a terminal that a shell line sets up. */
function onTerminal({ env, folder }: Machine, line: string) {
  const run = `${process.execPath} ${bin}`;
  const words = ['-qec', line, '/dev/null'];
  return execa('script', words, {
    cwd: folder,
    env: { ...env, run, SHELL: '/bin/sh' },
    extendEnv: false,
    reject: false,
    stdin: 'ignore',
  });
}

describe.skipIf(process.platform !== 'linux' || !has('script'))('on odd terminals (needs script of Linux)', () => {
  test.each([
    ['of width 0', 'stty cols 0; $run'],
    ['that is dumb', 'TERM=dumb $run'],
  ])('%s: plain lines', async (_, run) => {
    const service = await startService({ runningLooks: 0 });
    const machine = await newMachine();
    const { exitCode, stdout } = await onTerminal(
      machine,
      `${run} generate 'a mug' --no-color --base-url ${service.url}`,
    );
    expect(exitCode).toBe(0);
    const [submitting, pending, saving, summary, path] = stdout.replaceAll('\r', '').split('\n');
    expect(submitting).toBe('imagen-4: submitting · 0s');
    expect(pending).toMatch(/^imagen-4: pending · \ds · tsk_\w+$/);
    expect(saving).toMatch(/^imagen-4: saving 1 of 1/);
    expect(summary).toMatch(/^✔ a mug/);
    expect(path).toBe((await filesIn(machine.folder))[0]);
  });

  test('of 40 columns: an error and its hint are broken between words, and the command stays whole', async () => {
    const run = 'stty cols 40; $run --no-color';
    const { exitCode, stdout } = await onTerminal(await newMachine(), `${run} resume tsk_fedcba9876543210`);
    expect(exitCode).toBe(4);
    expect(stdout.replaceAll('\r', '').trim().split('\n')).toEqual([
      'error: the record of this machine has no',
      'task tsk_fedcba9876543210',
      'Fetch it by its id:',
      'runapi-imagen download tsk_fedcba9876543210 --wait',
    ]);
  });

  test('NO_COLOR leaves the spinner and takes the colour; the cursor is shown again when all is over', async () => {
    const service = await endless();
    const line = `stty cols 80; NO_COLOR=1 $run generate 'a mug' --timeout 2s --base-url ${service.url}`;
    const { exitCode, stdout } = await onTerminal(await newMachine(), line);
    expect(exitCode).toBe(5);
    expect(stdout).toMatch(/[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏] imagen-4: /);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what must not be there
    expect(stdout).not.toMatch(/\u001b\[\d*(;\d+)*m/);
    expect(stdout.lastIndexOf('\u001b[?25h')).toBeGreaterThan(stdout.lastIndexOf('\u001b[?25l'));
  });
});
