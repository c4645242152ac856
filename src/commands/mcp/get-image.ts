import {
  boolean,
  describe,
  maxLength,
  minLength,
  optional,
  type output,
  strictObject,
  string,
} from 'zod/mini';
import { includeImage } from './include-image.ts';
import type { Declaration } from './tool.ts';
import { waitSeconds } from './wait-seconds.ts';

const input = strictObject({
  task_id: string().check(minLength(1), maxLength(128), describe('As generate_image returned it.')),
  wait_seconds: waitSeconds('to look once'),
  download: optional(boolean()).check(
    describe('false: tell only the state and the temporary URLs, save nothing. Default true.'),
  ),
  folder: optional(string().check(minLength(1))).check(
    describe('Save here instead of where the picture was to go, absolute or below the default folder.'),
  ),
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
