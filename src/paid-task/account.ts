import type { Server } from '../journal/event.ts';
import type { Engine } from './engine.ts';

/** Returns the fingerprint of the key for a server; undefined for the sandbox. */
export async function accountAt(engine: Engine, server: Server): Promise<string | undefined> {
  const { apiKey } = (await engine.connect(server)).caller;
  if (server.sandbox || apiKey === undefined) return undefined;
  return (await engine.journal.identity()).account(apiKey);
}
