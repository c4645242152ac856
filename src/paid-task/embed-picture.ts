import { createReadStream } from 'node:fs';
import { examine } from '../disk/examine.ts';
import { readPart } from '../disk/read-part.ts';
import type { TempFile } from '../disk/temp-file.ts';
import { headBytes, spliceFor, type Told } from '../image/embed.ts';
import { programVersion } from '../version.ts';
import type { Job } from './engine.ts';
import type { Received } from './transfer.ts';

/**
 * Writes a copy of a whole picture into `copy`, with what it was made of inside. Returns what the copy is; undefined
 * where nothing can be embedded: then the listener is warned, and the picture is kept as it came.
 */
export async function embedRequest(
  job: Job,
  picture: TempFile,
  received: Received,
  copy: TempFile,
): Promise<Received | undefined> {
  const told = toldOf(job);
  const splice = told
    ? spliceFor({ ...received, ext: received.format.ext }, await readPart(picture.path, 0, headBytes), told)
    : 'its request is not known here';
  if (typeof splice !== 'string') {
    await copy.write(splice.before);
    for await (const chunk of createReadStream(picture.path, { start: splice.drop })) await copy.write(chunk);
    await copy.write(splice.after);
    await copy.finish();
    const facts = await examine(copy.path);
    if (facts?.width === received.width && facts.height === received.height)
      return { ...received, bytes: facts.bytes, sha256: facts.sha256 };
  }
  const reason = typeof splice === 'string' ? splice : 'the result would be damaged';
  job.work.engine.listener.warn(`nothing is embedded into the picture of ${job.entry.accepted?.id}: ${reason}`);
  return undefined;
}

/** The request is repeated as JSON, in the names of the service, so that it can be made again exactly. */
function toldOf({ entry }: Job): Told | undefined {
  const { request, server } = entry.intended;
  if (!request || !entry.accepted) return undefined;
  const { prompt, model, seed } = request;
  const task = entry.accepted.id;
  return {
    prompt,
    model,
    seed,
    task,
    software: `runapi-imagen ${programVersion}`,
    request: JSON.stringify({ task_id: task, sandbox: server.sandbox, request }),
  };
}
