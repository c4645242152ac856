import { strictObject } from 'zod/mini';
import type { Declaration } from './tool.ts';

const input = strictObject({});

export const listModelsTool: Declaration<typeof input> = {
  name: 'list_models',
  title: 'List image models and prices',
  description:
    'The models of generate_image, the aspect ratios that each takes, and what a picture costs now.',
  input,
  annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: true },
};
