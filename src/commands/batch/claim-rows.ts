import type { Context } from '../../context.ts';
import { Failure } from '../../errors.ts';
import type { Claim } from '../../journal/claims.ts';
import type { Server } from '../../journal/event.ts';
import type { BatchPlan } from './plan.ts';
import type { BatchSource } from './source.ts';

interface Rows {
  source: BatchSource;
  server: Server;
  account: string | undefined;
  plan: BatchPlan;
}

/** Excludes every other process from these rows. Throws `conflict` where one is at work on them. */
export async function claimRows(
  { engine }: Context,
  { source, server, account, plan }: Rows,
  signal: AbortSignal,
): Promise<Claim> {
  const { keyOf } = await engine.journal.identity();
  const name = keyOf(['batch', server.base, account ?? null, source.name]);
  const claim = await engine.journal.claim(name, plan.shard, signal);
  if (claim) return claim;
  throw new Failure('conflict', 'another process is at work on this batch', {
    hint: 'Nothing was bought. Leave it to that process, or stop it first',
    retryable: true,
  });
}

/** The failure of a batch that went on too long without a sign of life. */
export function lostClaim(): Failure {
  return new Failure('interrupted', 'another process has taken this batch over: nothing more is sent here', {
    hint: 'It believed this one dead. Running the same batch again does what is left',
  });
}
