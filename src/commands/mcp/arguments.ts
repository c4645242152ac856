import {
  array,
  boolean,
  describe,
  int,
  maximum,
  maxLength,
  meta,
  minimum,
  number,
  optional,
  record,
  strictObject,
  string,
  unknown,
  type ZodMiniType,
} from 'zod/mini';

/** An argument that may be left out. */
export function argument<Value>(schema: ZodMiniType<Value>, description: string) {
  return optional(schema).check(meta({ description }));
}

/** Returning the picture costs the agent tokens. */
const includeImage = argument(
  boolean(),
  'Also return a small version of the picture, to look at it yourself. Costs tokens; default false.',
);

/** Under the minute that many clients give a call (Codex, and all that use the SDK as it comes). */
export const defaultWaitSeconds = 50;
/** No request can be sent and answered in less. */
export const leastSeconds = 5;

/** How long a call may take. `zero` says what not to wait is for. */
function waitSeconds(zero: string) {
  return argument(
    int().check(minimum(0), maximum(900)),
    `Seconds to wait for the picture: ${leastSeconds} or more, or 0 ${zero}. Default ${defaultWaitSeconds}, unless the user set another.`,
  );
}

/** What the agent is told of the arguments. What they mean is checked where all requests are parsed. */
export const generateInput = strictObject({
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

export const getInput = strictObject({
  task_id: string().check(describe('As generate_image returned it.')),
  wait_seconds: waitSeconds('to look once'),
  download: argument(boolean(), 'false: return only the state and the temporary URLs, save nothing. Default true.'),
  folder: argument(string(), 'Save here, below the default folder, instead of where the picture was to go.'),
  include_image: includeImage,
});
