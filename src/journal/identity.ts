import { createHmac, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Files } from '../disk/files.ts';
import { Failure } from '../errors.ts';

/** Names that this record alone can make: they follow from its own random salt. */
export interface Identity {
  /** Returns a fingerprint of an API key that tells nothing of the key. */
  account(apiKey: string): string;
  /** Returns the idempotency key for these facts: the same facts give the same key in every process. */
  keyOf(facts: readonly unknown[]): string;
}

const saltForm = /^[0-9a-f]{64}$/;

/** Reads the record's salt, or makes it. Throws `internal` where it is damaged. */
export async function openIdentity(files: Files, folder: string): Promise<Identity> {
  const path = join(folder, 'salt');
  let salt = (await files.read(path))?.trim();
  if (salt === undefined) {
    await files.makeFolder(folder);
    await files.create(path, `${randomBytes(32).toString('hex')}\n`); // another process may be quicker
    await files.flushFolder(folder);
    salt = (await files.read(path))?.trim();
  }
  if (salt === undefined || !saltForm.test(salt)) {
    throw new Failure('internal', `${path} is damaged: it names what was bought`, {
      hint: `Restore it from a backup. Without it, delete it: rows that are under way could then be bought again`,
    });
  }
  return identityOf(salt);
}

/** Makes names for a call without a record: they are not the same in another process. */
export function passingIdentity(): Identity {
  return identityOf(randomBytes(32).toString('hex'));
}

function identityOf(salt: string): Identity {
  const hash = (text: string): string => createHmac('sha256', salt).update(text).digest('hex');
  return {
    account: (apiKey) => hash(`account ${apiKey}`).slice(0, 16),
    keyOf(facts) {
      const hex = hash(`key ${JSON.stringify(facts)}`);
      // In the form of a UUID, which every service takes for a key.
      return [
        hex.slice(0, 8),
        hex.slice(8, 12),
        hex.slice(12, 16),
        hex.slice(16, 20),
        hex.slice(20, 32),
      ].join('-');
    },
  };
}
