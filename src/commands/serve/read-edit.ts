import type { IncomingMessage } from 'node:http';
import { ApiError } from './api-error.ts';
import type { PictureOrder } from './read-request.ts';

/** Reads the multipart form of `images/edits`. No model here takes a picture as input yet. */
export async function readEdit(_request: IncomingMessage): Promise<PictureOrder> {
  throw new ApiError(501, 'unsupported', 'images/edits is not supported: the models here make pictures from text');
}
