import {
  boolean,
  describe,
  int,
  maxLength,
  minimum,
  minLength,
  number,
  enum as oneOf,
  optional,
  type output,
  strictObject,
  string,
} from 'zod/mini';
import { models, ratios } from '../../request/models.ts';
import { includeImage } from './include-image.ts';
import type { Declaration } from './tool.ts';
import { waitSeconds } from './wait-seconds.ts';

const input = strictObject({
  prompt: string().check(
    minLength(1),
    describe('What the picture shows. It reaches the model word for word, in any language.'),
  ),
  model: optional(oneOf(models)).check(
    describe(
      "imagen-4-fast is the cheapest, imagen-4-ultra the best and dearest. Default: the user's setting, else imagen-4.",
    ),
  ),
  aspect_ratio: optional(oneOf([...ratios, 'auto'])).check(
    describe(
      "Width to height. auto works with imagen-4-fast only. Default: the user's setting, else the model's own.",
    ),
  ),
  negative_prompt: optional(string().check(minLength(1))).check(describe('What to avoid in the picture.')),
  seed: optional(int()).check(describe('The same seed and prompt give a similar picture again.')),
  folder: optional(string().check(minLength(1))).check(
    describe(
      'Where to save, absolute or below the default folder; made if missing. Leave it out unless the user named a place.',
    ),
  ),
  file_name: optional(string().check(minLength(1), maxLength(200))).check(
    describe(
      'A file name, with or without extension. Default: the prompt and the task id. An existing file is never overwritten.',
    ),
  ),
  wait_seconds: waitSeconds('to return as soon as the task is accepted'),
  include_image: includeImage,
  max_cost_usd: optional(number().check(minimum(0))).check(
    describe('Refuse before anything is bought if the picture costs more US dollars than this now.'),
  ),
  new: optional(boolean()).check(
    describe(
      'Buy another picture even where an interrupted call of the same arguments could be taken up. Default false.',
    ),
  ),
});

export type GenerateImageInput = output<typeof input>;

export const generateImageTool: Declaration<typeof input> = {
  name: 'generate_image',
  title: 'Generate an image (paid)',
  description:
    'Makes one picture from a text prompt with Imagen 4 through RunAPI, saves it, and returns its absolute path. ' +
    'Each picture costs money (list_models tells the prices): ask the user before making many, or imagen-4-ultra ones. ' +
    'It takes some 5 to 30 seconds. If it is not ready in time the answer has status "processing" and a task_id: ' +
    'call get_image with that id, do not generate again. After an interrupted call, the same arguments take up ' +
    'the task that was begun and cost nothing more.',
  input,
  annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: false, openWorldHint: true },
};
