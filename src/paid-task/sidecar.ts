import { createReadStream } from 'node:fs';
import { basename, dirname } from 'node:path';
import { text } from 'node:stream/consumers';
import { exists } from '../disk/place.ts';
import { openRegular } from '../disk/read-text.ts';
import { costOf } from '../journal/entry.ts';
import type { SavedFile } from '../journal/event.ts';
import { prettyJson } from '../json.ts';
import { requestReport } from '../request/request-report.ts';
import { programVersion } from '../version.ts';
import type { Job } from './engine.ts';
import { createJobFile } from './record.ts';

/** Where everything about a picture stands that is needed to make it again. */
export function sidecarPath(picture: string): string {
  return `${picture}.json`;
}

/**
 * Writes the saved picture's sidecar, where it is wished for and not there yet. Another file of that name is left as
 * it is, unless files are to be overwritten. Throws `download`.
 */
export async function writeSidecar(job: Job, index: number): Promise<void> {
  const { target } = job.entry.intended;
  const file = job.entry.saved[index];
  if (!target.sidecar || !file) return;
  const path = sidecarPath(file.path);
  const facts = sidecarOf(job, file);
  if (await tells(path, facts)) return;
  const temp = await createJobFile(job, dirname(path));
  try {
    await temp.write(Buffer.from(`${prettyJson(facts)}\n`));
    await temp.finish();
    if ((await temp.place(path, target.existing === 'overwrite')) === 'taken')
      job.work.engine.listener.warn(`${path} exists and is left as it is: no sidecar was written`);
  } finally {
    await temp.remove();
  }
}

function sidecarOf({ entry }: Job, { path, ...file }: SavedFile) {
  const { intended, accepted } = entry;
  return {
    task_id: accepted?.id ?? null,
    ...requestReport(intended.request),
    seed: intended.request?.seed ?? entry.completed?.seed ?? null,
    cost: costOf(entry),
    sandbox: intended.server.sandbox,
    server: intended.server.base,
    created_at: new Date(accepted?.at ?? intended.at).toISOString(),
    file: basename(path),
    ...file,
    program: 'runapi-imagen',
    version: programVersion,
  };
}

const largestSidecar = 1_000_000;

/** Whether the sidecar is there already: a run that died after writing it left nothing to do. */
async function tells(path: string, facts: ReturnType<typeof sidecarOf>): Promise<boolean> {
  if (!(await exists(path))) return false;
  try {
    const { file } = openRegular(path, largestSidecar);
    const told = JSON.parse(await text(createReadStream('', { fd: file }))) as Partial<typeof facts> | null;
    return told?.task_id === facts.task_id && told.sha256 === facts.sha256;
  } catch {
    return false;
  }
}
