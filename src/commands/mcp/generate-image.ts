import {
  array,
  boolean,
  describe,
  int,
  maxLength,
  number,
  type output,
  record,
  strictObject,
  string,
  unknown,
} from 'zod/mini';
import { wireNames } from '../../request/further-fields.ts';
import { argument, includeImage, waitSeconds } from './arguments.ts';
import type { Declaration } from './tool.ts';

/** What the agent is told of the arguments. What they mean is checked where all requests are parsed. */
const input = strictObject({
  prompt: string().check(describe('What the picture shows. It reaches the model word for word, in any language.')),
  model: argument(
    string(),
    "imagen-4-fast is the cheapest of Imagen, imagen-4-ultra the best and dearest; list_models tells all others. Default: the user's setting, else imagen-4.",
  ),
  aspect_ratio: argument(
    string(),
    "Width to height. Imagen takes 1:1, 16:9, 9:16, 3:4 and 4:3; auto works with imagen-4-fast only. Default: the user's setting, else the model's own.",
  ),
  negative_prompt: argument(string(), 'What to avoid in the picture.'),
  seed: argument(int(), 'The same seed and prompt give a similar picture again.'),
  image_paths: argument(
    array(string()),
    'Pictures to change or to start from: absolute paths, URLs, or task:TASK-ID of an earlier picture.',
  ),
  output_resolution: argument(string(), 'Such as 1k, 2k or 4k. Not for Imagen 4 from text.'),
  output_format: argument(string(), 'png or jpg. Not for Imagen 4 from text.'),
  output_quality: argument(string(), 'Such as basic, high or ultra. Not for Imagen 4.'),
  other_fields: argument(record(string(), unknown()), 'Further fields that the model takes, by their names at RunAPI.'),
  folder: argument(
    string(),
    'A folder below the default one; made if missing. Nothing is saved elsewhere. Leave it out unless the user named it.',
  ),
  file_name: argument(
    string().check(maxLength(200)),
    'A file name in that folder, with or without extension. Default: the prompt and the task id. An existing file is never overwritten.',
  ),
  wait_seconds: waitSeconds('to return as soon as the task is accepted'),
  include_image: includeImage,
  max_cost_usd: argument(
    number(),
    'Refuse before anything is bought if the picture costs more US dollars than this now.',
  ),
  new: argument(
    boolean(),
    'Buy another picture even where an interrupted call of the same arguments could be taken up. Default false.',
  ),
});

export type GenerateImageInput = output<typeof input>;

/** The arguments that have another name in a request. */
export const argumentNames = {
  ...wireNames,
  images: 'image_paths',
  set: 'other_fields',
  dir: 'folder',
  output: 'file_name',
  timeout: 'wait_seconds',
  maxCost: 'max_cost_usd',
};

export const generateImageTool: Declaration<typeof input> = {
  name: 'generate_image',
  title: 'Generate an image (paid)',
  description:
    'Makes a picture from a text prompt, or from pictures (image_paths), with Imagen 4 or any model of list_models ' +
    'through RunAPI, saves it, and returns its absolute path. ' +
    'Each picture costs money (list_models tells the prices): ask the user before making many, or imagen-4-ultra ones. ' +
    'It takes some 5 to 30 seconds. If it is not ready in time the answer has status "processing" and a task_id: ' +
    'call get_image with that id, do not generate again. After an interrupted call, the same arguments take up ' +
    'the task that was begun and cost nothing more.',
  input,
  annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: false, openWorldHint: true },
};
