import { strictObject } from 'zod/mini';
import type { Declaration } from './tool.ts';

const input = strictObject({});

export const getBalanceTool: Declaration<typeof input> = {
  name: 'get_balance',
  title: 'Get the account balance',
  description: 'What is left on the RunAPI account, in US cents.',
  input,
  annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: true },
};
