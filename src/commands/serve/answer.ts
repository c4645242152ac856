import { createHmac } from 'node:crypto';
import { closeSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { Context } from '../../context.ts';
import { openSaved, piecesOf } from '../../disk/examine.ts';
import { pictureLifeMs } from '../../paid-task/follow-task.ts';
import type { ImageReport, TaskReport } from '../../report/task-report.ts';
import { isSame } from './access.ts';
import { ApiError } from './api-error.ts';

/**
 * Answers with pictures as OpenAI does. They are read piece by piece: memory does not grow with them.
 * @param urlOf gives the URL of a picture's path; undefined where the pictures themselves are sent
 */
export async function sendPictures(
  response: ServerResponse,
  reports: readonly TaskReport[],
  { now, token, urlOf }: { now: number; token: string; urlOf: ((path: string) => string) | undefined },
): Promise<void> {
  const pictures = reports.flatMap(({ task_id, images }) =>
    images.flatMap((image, index) => (image.path === null ? [] : [{ id: task_id ?? '', index, image }])),
  );
  const { mime, width, height } = pictures[0]?.image ?? {};
  const about = {
    created: Math.floor(now / 1000),
    output_format: formatOf(mime),
    size: `${width}x${height}`,
    tasks: reports.map(({ task_id, cost, replayed, reused }) => ({ task_id, cost, replayed, reused })),
  };
  function* body(): Generator<string> {
    yield `${JSON.stringify(about).slice(0, -1)},"data":[`;
    for (const [position, { id, index, image }] of pictures.entries()) {
      if (position > 0) yield ',';
      const path = `/files/${id}.${index}.${signatureOf(token, id, index)}.${formatOf(image.mime)}`;
      if (urlOf) yield JSON.stringify({ url: urlOf(path) });
      else {
        yield '{"b64_json":"';
        yield* base64Of(image);
        yield '"}';
      }
    }
    yield ']}';
  }
  response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  await pipeline(body(), response);
}

/** Empty where another file has taken the picture's name: that one is nobody's business. */
function* base64Of({ path, sha256 }: ImageReport): Generator<string> {
  const file = path === null || sha256 === null ? undefined : openSaved(path, sha256);
  if (file === undefined) return;
  try {
    for (const piece of piecesOf(file)) yield piece.toString('base64');
  } finally {
    closeSync(file);
  }
}

function formatOf(mime: string | null | undefined): string {
  return (mime ?? 'image/png').replace('image/', '');
}

/** A part of the path of a picture's URL: nobody can make it who does not have the token. */
function signatureOf(token: string, id: string, index: number): string {
  return createHmac('sha256', token).update(`${id} ${index}`).digest('hex').slice(0, 32);
}

/** Answers with a picture's bytes for seven days after its task completed. */
export async function sendFile(
  response: ServerResponse,
  path: string,
  { journal, world }: Context,
  token: string,
): Promise<void> {
  const form = /^\/files\/([\w-]{1,128})\.(\d{1,3})\.([0-9a-f]{32})\.\w{1,5}$/;
  const [, id = '', number = '', signature = ''] = form.exec(path) ?? [];
  const index = Number(number);
  const isSigned = isSame(signature, signatureOf(token, id, index));
  const entry = isSigned ? (await journal.find([id])).get(id)?.entry : undefined;
  const isOld = world.clock.now() - (entry?.completed?.at ?? 0) > pictureLifeMs;
  const saved = isOld ? undefined : entry?.saved[index];
  const file = saved && openSaved(saved.path, saved.sha256);
  if (!saved || file === undefined) throw new ApiError(404, 'not_found', 'No such picture, or its seven days are over');
  response.writeHead(200, {
    'content-type': saved.mime,
    'content-length': saved.bytes,
    'cache-control': 'private',
    'x-content-type-options': 'nosniff',
  });
  // A client that has all bytes may close before the end of the file is noticed.
  await pipeline(piecesOf(file), response).catch(() => response.destroy());
  closeSync(file);
}
