import { boolean, describe, optional } from 'zod/mini';

/** The argument of the tools that bring a picture: a look at it costs the agent tokens. */
export const includeImage = optional(boolean()).check(
  describe(
    'Also return a small version of the picture, to look at it yourself. Costs tokens; default false.',
  ),
);
