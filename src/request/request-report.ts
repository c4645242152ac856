import type { JsonObject } from '../json.ts';
import type { ImageRequest } from './request.ts';

/** A request as the JSON lines and sidecars repeat it. */
export interface RequestReport {
  model: string | null;
  prompt: string | null;
  aspect_ratio: string | null;
  negative_prompt: string | null;
  seed: number | null;
  /** Those below only where they were asked for. */
  resolution?: string;
  format?: string;
  quality?: string;
  set?: JsonObject;
  source_images?: string[];
  action?: string;
}

/** Repeats a request in the words of the JSON lines; all null for a task that another machine submitted. */
export function requestReport(request: ImageRequest | undefined): RequestReport {
  return {
    model: request?.model ?? null,
    prompt: request?.prompt ?? null,
    aspect_ratio: request?.aspectRatio ?? null,
    negative_prompt: request?.negativePrompt ?? null,
    seed: request?.seed ?? null,
    ...(request?.resolution !== undefined && { resolution: request.resolution }),
    ...(request?.format !== undefined && { format: request.format }),
    ...(request?.quality !== undefined && { quality: request.quality }),
    ...(request?.set && { set: request.set }),
    ...(request?.images && { source_images: request.images }),
    ...(request?.action !== undefined && { action: request.action }),
  };
}
