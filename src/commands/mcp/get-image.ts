import { boolean, describe, type output, strictObject, string } from 'zod/mini';
import { argument, includeImage, waitSeconds } from './arguments.ts';
import type { Declaration } from './tool.ts';

const input = strictObject({
  task_id: string().check(describe('As generate_image returned it.')),
  wait_seconds: waitSeconds('to look once'),
  download: argument(boolean(), 'false: return only the state and the temporary URLs, save nothing. Default true.'),
  folder: argument(string(), 'Save here, below the default folder, instead of where the picture was to go.'),
  include_image: includeImage,
});

export type GetImageInput = output<typeof input>;

export const getImageTool: Declaration<typeof input> = {
  name: 'get_image',
  title: 'Get a generated image',
  description:
    'The state of a task of generate_image, and its picture: waits for it if it still runs, saves it, and returns ' +
    'its absolute path. Costs nothing. Pictures can be had for seven days.',
  input,
  annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: true, openWorldHint: true },
};
