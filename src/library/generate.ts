import { makeAndReport } from '../command-line/make-and-report.ts';
import { prepareTarget } from '../command-line/prepare-target.ts';
import { tellAll } from '../errors.ts';
import { begin } from '../paid-task/begin.ts';
import { namePictures } from '../paid-task/input-pictures.ts';
import type { TaskReport } from '../report/task-report.ts';
import { type ImageRequest, parseRequests } from '../request/request.ts';
import { namedSource, settingSource } from '../request/sources.ts';
import { type Call, readTarget, settled, unknownNames } from './call.ts';
import type { PictureRequest } from './contract.ts';

export const door = 'library';

/** Makes one picture: the life of its task is that of the command `generate`. */
export async function generate(call: Call, asked: PictureRequest): Promise<TaskReport> {
  const { context, work, options } = call;
  const request = await readRequest(call, asked);
  const target = readTarget(call, 1);
  const server = await context.server(options.sandbox === true);
  await context.api(server); // a missing key is told before anything else happens
  await prepareTarget(context, target);
  const anew = options.new === true;
  const [begun] = await begin(work, [{ request, target }], server, { anew, door });
  if (!begun) throw new Error('no task was started');
  return settled(call, await makeAndReport(context, work, begun));
}

const names = {
  aspectRatio: 'aspect_ratio',
  negativePrompt: 'negative_prompt',
  callbackUrl: 'callback_url',
  images: 'image',
};

const requestNames: ReadonlyArray<keyof PictureRequest> = [
  ...(['prompt', 'model', 'aspect_ratio', 'negative_prompt', 'seed', 'image', 'resolution', 'format'] as const),
  ...(['quality', 'set', 'action', 'callback_url'] as const),
];
/** The command line's names of fields. */
const callNames = { ratio: 'aspect_ratio', negative: 'negative_prompt', size: 'aspect_ratio', images: 'image' };

/** Parses one request. Throws one `validation` failure that tells every problem. */
export async function readRequest({ context }: Call, asked: PictureRequest): Promise<ImageRequest> {
  const problems = unknownNames(asked, requestNames, callNames);
  const given = namedSource({ ...asked, count: undefined }, names);
  const { model, ratio } = context.stored.settings;
  const [request, another] = parseRequests([given, settingSource({ model, ratio })], problems) ?? [];
  if (another) problems.push('one picture a request: call generate for each model and seed');
  if (problems.length > 0 || !request) throw tellAll(problems, { wayOut: '' });
  const { cwd, home } = context.world;
  const [named = request] = await namePictures(context.engine, { cwd, home, field: 'image' }, [request]);
  return named;
}
