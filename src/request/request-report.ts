import type { ImageRequest } from './request.ts';

/** A request as the JSON lines and sidecars repeat it. */
export interface RequestReport {
  model: string | null;
  prompt: string | null;
  aspect_ratio: string | null;
  negative_prompt: string | null;
  seed: number | null;
}

/** Repeats a request in the words of the JSON lines; all null for a task that another machine submitted. */
export function requestReport(request: ImageRequest | undefined): RequestReport {
  return {
    model: request?.model ?? null,
    prompt: request?.prompt ?? null,
    aspect_ratio: request?.aspectRatio ?? null,
    negative_prompt: request?.negativePrompt ?? null,
    seed: request?.seed ?? null,
  };
}
