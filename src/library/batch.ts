import { createHash } from 'node:crypto';
import pMap from 'p-map';
import { makeAndReport } from '../command-line/make-and-report.ts';
import { readyServer } from '../command-line/prepare-target.ts';
import { Failure, invalid } from '../errors.ts';
import { accountAt } from '../paid-task/engine.ts';
import { createRowKeys } from '../paid-task/row-key.ts';
import { beginRow, claimRows, knownRows, type RowPlace, rateLimitTries, stopsAll } from '../paid-task/rows.ts';
import { recordedReport } from '../report/report-entry.ts';
import { emptyReport, errorReport, type TaskReport } from '../report/task-report.ts';
import { type Call, inTheirWords, readTarget, settled } from './call.ts';
import type { BatchOptions, PictureRequest } from './contract.ts';
import { door, readRequest } from './tasks.ts';

type Requests = Iterable<PictureRequest> | AsyncIterable<PictureRequest>;

/** Makes the requests of a batch, or those that earlier runs left, and tells each task as it ends. */
export async function batch(
  call: Call,
  requests: Requests,
  { name, concurrency = 8, retryFailed = false }: BatchOptions,
  tell: (report: TaskReport) => Promise<void>,
): Promise<void> {
  if (typeof name !== 'string' || name.trim() === '') throw invalid('a batch needs a name');
  if (!(Number.isInteger(concurrency) && concurrency >= 1 && concurrency <= 64))
    throw invalid(`Invalid concurrency ${concurrency}: use a whole number from 1 to 64`);
  const { context, options } = call;
  const { engine } = context;
  const target = readTarget(call, 'many');
  const server = await readyServer(context, target);
  const work = { ...call.work, rateLimitTries };
  const place: RowPlace = { batch: hash(name), server, account: await accountAt(engine, server), door };
  if (!(await claimRows(engine, place, undefined, work.deadline.signal)))
    throw new Failure('conflict', 'another call or process is at work on the batch of this name', {
      hint: 'Leave it to that one',
      retryable: true,
    });
  const known = await knownRows(engine, place, work.deadline.signal);
  const keyOf = createRowKeys();
  const claims = new Map();
  const faults: unknown[] = [];
  let halted: TaskReport | undefined;

  await pMap(wanted(), make, { concurrency });
  if (faults.length > 0) throw faults[0];
  options.signal?.throwIfAborted();
  if (halted) settled(call, halted);

  /** What the program's own iterable throws is thrown again when all tasks have ended. */
  async function* wanted(): AsyncGenerator<PictureRequest> {
    try {
      for await (const asked of requests) {
        yield asked;
        if (halted || options.signal?.aborted) return;
      }
    } catch (fault) {
      faults.push(fault);
    }
  }

  async function make(asked: PictureRequest, index: number): Promise<void> {
    const row = index + 1;
    const report = await makeRow(asked, row).catch((error): TaskReport => {
      const prompt = typeof asked?.prompt === 'string' ? asked.prompt : null; // a program may give anything
      return { ...emptyReport(server), prompt, row, error: errorReport(error) };
    });
    if (report.error && stopsAll.has(report.error.code)) halted ??= report;
    await tell({ ...report, error: report.error && inTheirWords(report.error) });
  }

  async function makeRow(asked: PictureRequest, row: number): Promise<TaskReport> {
    const request = await readRequest(call, asked);
    const wanted = { request, target: { ...target, index: row }, row: { row, key: keyOf(request, undefined) } };
    const deadline = call.deadline();
    try {
      const start = await beginRow({ ...work, deadline }, place, wanted, known, { claims, retryFailed });
      if ('ended' in start) return recordedReport(context, start.ended, true);
      const report = await makeAndReport(context, { ...work, deadline }, start.begun);
      work.fates.delete(start.begun.entry.key);
      return report;
    } finally {
      deadline.cancel();
    }
  }
}

/** Names a batch for the record, apart from those of files. */
function hash(name: string): string {
  return createHash('sha256').update(`library ${name}`).digest('hex').slice(0, 16);
}
