import {
  array,
  exactOptional,
  meta,
  nullable,
  number,
  type output,
  string,
  unknown,
  type ZodMiniObject,
} from 'zod/mini';
import type { ImageRequest } from './request.ts';

/** Describes a field, in the schema and in the types that are built from it. */
export const says = (description: string) => meta({ description });

/** A request as the JSON lines and sidecars repeat it. */
export const requestFields = {
  model: nullable(string()),
  prompt: nullable(string()),
  aspect_ratio: nullable(string()),
  negative_prompt: nullable(string()),
  seed: nullable(number()).check(says('As asked for, else as the service told it.')),
  resolution: exactOptional(string()).check(says('This and those below only where they were asked for.')),
  format: exactOptional(string()),
  quality: exactOptional(string()),
  set: exactOptional(unknown()).check(says('Further fields, by their names at the service.')),
  source_images: exactOptional(array(string())).check(
    says('What it was made from: sha256: and the digest of a local picture, or a URL.'),
  ),
  action: exactOptional(string()),
};

/** Repeats a request in the words of the JSON lines; all null for a task that another machine submitted. */
export function requestReport(request: ImageRequest | undefined): output<ZodMiniObject<typeof requestFields>> {
  const { model = null, prompt = null, aspectRatio = null, negativePrompt = null, seed = null } = request ?? {};
  const { resolution, format, quality, set, images, action } = request ?? {};
  return {
    model,
    prompt,
    aspect_ratio: aspectRatio,
    negative_prompt: negativePrompt,
    seed,
    ...(resolution !== undefined && { resolution }),
    ...(format !== undefined && { format }),
    ...(quality !== undefined && { quality }),
    ...(set && { set }),
    ...(images && { source_images: images }),
    ...(action !== undefined && { action }),
  };
}
