import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Context } from '../context.ts';
import { examine } from '../disk/examine.ts';
import { exists } from '../disk/place.ts';
import { picturePath } from '../image/picture-path.ts';
import { parseTemplate } from '../image/template.ts';
import type { Target } from '../journal/event.ts';
import { requestReport, type TaskReport } from '../report/task-report.ts';
import type { ImageRequest } from '../request/request.ts';
import { localDay } from '../task/moment.ts';

const extensions = ['png', 'jpg', 'webp', 'gif', 'avif'];

/**
 * With --skip-existing, what is there already is not bought again: where the name is known beforehand and the file
 * exists, that is reported and the answer is true.
 */
export async function skipExisting(
  context: Context,
  request: ImageRequest,
  target: Target,
): Promise<boolean> {
  const { output, existing } = target;
  if (existing !== 'skip' || output === '' || output === '-') return false;
  if (parseTemplate(output).words.has('task')) return false;
  for (const path of new Set(possiblePaths(context, request, target))) {
    if (!(await exists(path))) continue;
    context.reporter.note(`${path} exists: skipped, nothing was paid`);
    await context.reporter.task(await skippedReport(request, path), 'files');
    return true;
  }
  return false;
}

function possiblePaths(context: Context, request: ImageRequest, { output, folder, index }: Target): string[] {
  const date = localDay(context.world.clock.now());
  const { prompt, model, aspectRatio: ratio, seed } = request;
  const values = { prompt, model, ratio, seed, task: '', index, date };
  return extensions.map((ext) =>
    resolve(folder, picturePath(output, { ...values, ext }, { picture: 0, attempt: 1 })),
  );
}

async function skippedReport(request: ImageRequest, path: string): Promise<TaskReport> {
  const facts = await examine(path);
  const { bytes = null, mime = null, width = null, height = null, sha256 = null } = facts ?? {};
  return {
    task_id: null,
    status: 'completed',
    ...requestReport(request),
    images: [{ url: pathToFileURL(path).href, expires_at: null, path, bytes, mime, width, height, sha256 }],
    cost: null,
    replayed: false,
    created_at: null,
    elapsed_ms: null,
    resume: null,
    error: null,
  };
}
