import type { Call, Client } from './library/call.ts';
import {
  type BatchOptions,
  type CallOptions,
  type Imagen,
  ImagenError,
  type ImagenOptions,
  type PictureRequest,
} from './library/contract.ts';
import type { TaskReport } from './report/task-report.ts';

export type * from './library/contract.ts';
export { ImagenError };

/**
 * Makes a client for programs: the engine of the command line with the same record and budget, without its output. It
 * prints nothing and leaves signals, the exit code and the terminal alone. What is loaded is loaded by the first call.
 */
export function createImagen(options: ImagenOptions = {}): Imagen {
  const underWay = new Set<Promise<unknown>>();
  let opened: Promise<Client> | undefined;
  let closed = false;

  /** Runs a call like a command of its own. */
  function run<Result>(given: CallOptions, act: (call: Call) => Promise<Result>): Promise<Result> {
    const calling = (async () => {
      if (closed) throw closedError();
      opened ??= import('./create-world.ts').then(({ createSilentWorld }) => ({
        world: createSilentWorld(process),
        options,
      }));
      const { inCall } = await import('./library/call.ts');
      return await inCall(await opened, given, act);
    })();
    underWay.add(calling);
    const forget = (): void => void underWay.delete(calling);
    calling.then(forget, forget);
    return calling;
  }

  /** Yields what a batch tells. Where nobody wants it any more, its tasks are left to the record. */
  async function* batch(
    requests: Iterable<PictureRequest> | AsyncIterable<PictureRequest>,
    given: BatchOptions,
  ): AsyncGenerator<TaskReport, void> {
    const leaving = new AbortController();
    const signals = [leaving.signal, given.signal, options.signal].filter((each) => each !== undefined);
    const told: Array<{ report: TaskReport; taken(): void }> = [];
    let wake = (): void => undefined;
    let isOver = false;
    const all = run({ ...given, signal: AbortSignal.any(signals) }, async (call) => {
      const { batch: makeAll } = await import('./library/batch.ts');
      await makeAll(call, requests, given, async (report) => {
        if (leaving.signal.aborted) return;
        await new Promise<void>((taken) => {
          told.push({ report, taken });
          wake();
        });
      });
    }).finally(() => {
      isOver = true;
      wake();
    });
    all.catch(() => undefined); // thrown below
    try {
      while (!isOver || told.length > 0) {
        const next = told.shift();
        next?.taken();
        if (next) yield next.report;
        else
          await new Promise<void>((woken) => {
            wake = woken;
          });
      }
      await all;
    } finally {
      leaving.abort();
      for (const { taken } of told.splice(0)) taken();
      await all.catch(() => undefined);
    }
  }

  return {
    batch,
    generate: (request, given = {}) =>
      run(given, async (call) => (await import('./library/tasks.ts')).generate(call, request)),
    status: (id, given = {}) => run(given, async (call) => (await import('./library/tasks.ts')).status(call, id)),
    download: (id, given = {}) => run(given, async (call) => (await import('./library/tasks.ts')).download(call, id)),
    resume: (given = {}) => run(given, async (call) => (await import('./library/tasks.ts')).resume(call)),
    models: () => run({}, async ({ context }) => (await import('./command-line/account.ts')).readModels(context)),
    async close() {
      closed = true;
      while (underWay.size > 0) await Promise.allSettled(underWay);
    },
  };
}

function closedError(): ImagenError {
  const message = 'this client is closed';
  const facts = { hint: null, status: null, request_id: null, retryable: false, details: null };
  return new ImagenError({ code: 'validation', message, ...facts });
}
