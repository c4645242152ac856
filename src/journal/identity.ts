import { createHash, createHmac, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Files } from '../disk/files.ts';
import { Failure } from '../errors.ts';

/** Names that this record alone can make: they follow from its own random salt. */
export interface Identity {
  /** Returns a fingerprint of an API key that tells nothing of the key. */
  account(apiKey: string): string;
  /** Returns the idempotency key for these facts: the same facts give the same key in every process. */
  keyOf(facts: readonly unknown[]): string;
  /** Writes the salt again where the state folder was deleted. */
  keep(): Promise<void>;
}

/** Reads the record's salt, or makes it. Throws `internal` where it is damaged. */
export async function openIdentity(files: Files, folder: string): Promise<Identity> {
  const home = join(folder, 'identity');
  const path = join(home, 'salt');
  const read = async (): Promise<string | undefined> =>
    (await files.read(path)) ?? (await files.read(join(folder, 'salt')));
  let text = await read();
  if (text === undefined) {
    await make(randomBytes(32).toString('hex')); // another process may be quicker
    text = await read();
  }
  const salt = (text ?? '').split(' ')[0] ?? '';
  if (text !== lineOf(salt)) {
    throw new Failure('internal', `${path} is damaged: the keys of bought pictures are derived from it`, {
      hint: 'Restore it from a backup, or delete it: rows of batches would then be bought again',
    });
  }
  return { ...identityOf(salt), keep: () => make(salt) };

  async function make(salt: string): Promise<void> {
    await files.makeFolder(folder);
    if (await files.createFolder(home, 'salt', lineOf(salt))) await files.flushFolder(folder);
  }
}

/** With check digits: a damaged salt must not make other names. */
function lineOf(salt: string): string {
  return `${salt} ${createHash('sha256').update(salt).digest('hex').slice(0, 8)}\n`;
}

/** Makes names for a call without a record: they are not the same in another process. */
export function passingIdentity(): Identity {
  return { ...identityOf(randomBytes(32).toString('hex')), keep: async () => undefined };
}

function identityOf(salt: string): Pick<Identity, 'account' | 'keyOf'> {
  const hash = (text: string): string => createHmac('sha256', salt).update(text).digest('hex');
  return {
    account: (apiKey) => hash(`account ${apiKey}`).slice(0, 16),
    keyOf(facts) {
      const hex = hash(`key ${JSON.stringify(facts)}`);
      // In the form of a UUID, which every service takes for a key.
      return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5');
    },
  };
}
