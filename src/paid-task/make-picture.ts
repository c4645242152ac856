import { reportEntry } from '../report/report-entry.ts';
import type { TaskReport } from '../report/task-report.ts';
import { paidCents } from '../task/cost.ts';
import { awaitTask, knownImages } from './await-task.ts';
import { record } from './record.ts';
import { restoreSandboxTask } from './restore-sandbox.ts';
import { savePictures } from './save-pictures.ts';
import { submitEntry } from './submit-entry.ts';
import type { Begun, Job, Work } from './work.ts';

/**
 * Brings a recorded task to its end from wherever it stands: submits what was only intended, waits for what was
 * accepted, saves what is missing. What goes wrong is part of the report; the record then says what is left to do.
 */
export async function makePicture(work: Work, begun: Begun): Promise<TaskReport> {
  const { entry, fate, run } = begun;
  const { progress } = work.context.reporter;
  work.fates.set(entry.key, fate);
  work.runs.add(run);
  let report: TaskReport;
  try {
    const job: Job = {
      work,
      ...begun,
      api: await work.context.api(entry.intended.server),
    };
    await finish(job);
    report = reportEntry(work, entry);
  } catch (error) {
    report = reportEntry(work, entry, error);
  }
  work.balance.settled(entry.key);
  const failed = report.error !== null;
  progress.ended(entry.key, failed, paidCents(report.cost, failed));
  return report;
}

async function finish(job: Job): Promise<void> {
  const { entry } = job;
  const { wishes, context } = job.work;
  if (!entry.accepted) await submitEntry(job);
  else if (entry.intended.server.sandbox) await restoreSandboxTask(context, entry);
  if (!wishes.wait) return record(job, { event: 'let-go' });
  const images = knownImages(entry) ?? (await awaitTask(job));
  job.work.balance.settled(entry.key, entry.intended.server.sandbox ? undefined : job.api);
  if (wishes.download) await savePictures(job, images);
  await record(job, {
    event: 'ended',
    how: wishes.download ? 'saved' : 'kept',
  });
}
