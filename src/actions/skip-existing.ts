import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Context } from '../context.ts';
import { examine } from '../disk/examine.ts';
import { exists } from '../disk/place.ts';
import { picturePath } from '../image/picture-path.ts';
import { parseTemplate } from '../image/template.ts';
import { requestReport, type TaskReport } from '../report/task-report.ts';
import type { Plan } from './plan.ts';

const extensions = ['png', 'jpg', 'webp', 'gif', 'avif'];

/**
 * With --skip-existing, what is there already is not bought again: takes the requests out of the plan whose file
 * exists under a name that is known beforehand, and reports them. Answers whether nothing is left to do.
 */
export async function skipExisting(context: Context, plan: Plan): Promise<boolean> {
  const { output, existing, folder } = plan.target;
  if (existing !== 'skip' || output === '' || output === '-' || parseTemplate(output).words.has('task'))
    return false;
  const left: typeof plan.requests = [];
  for (const [position, request] of plan.requests.entries()) {
    const date = new Date(context.world.clock.now()).toISOString().slice(0, 10);
    const { prompt, model, aspectRatio: ratio, seed } = request;
    const values = {
      prompt,
      model,
      ratio,
      seed,
      task: '',
      index: position + 1,
      date,
    };
    const paths = extensions.map((ext) =>
      resolve(folder, picturePath(output, { ...values, ext }, { picture: 0, attempt: 1 })),
    );
    const there = await firstExisting(paths);
    if (there === undefined) left.push(request);
    else {
      context.reporter.note(`${there} exists: skipped, nothing was paid`);
      await context.reporter.task(await skippedReport(request, there), 'files');
    }
  }
  plan.requests = left;
  return left.length === 0;
}

async function firstExisting(paths: readonly string[]): Promise<string | undefined> {
  for (const path of new Set(paths)) if (await exists(path)) return path;
  return undefined;
}

async function skippedReport(request: Plan['requests'][number], path: string): Promise<TaskReport> {
  const facts = await examine(path);
  const { bytes = null, mime = null, width = null, height = null, sha256 = null } = facts ?? {};
  return {
    task_id: null,
    status: 'completed',
    ...requestReport(request),
    images: [
      {
        url: pathToFileURL(path).href,
        expires_at: null,
        path,
        bytes,
        mime,
        width,
        height,
        sha256,
      },
    ],
    cost: null,
    replayed: false,
    created_at: null,
    elapsed_ms: null,
    resume: null,
    error: null,
  };
}
