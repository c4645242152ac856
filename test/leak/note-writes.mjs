// Loaded into the program before it starts: notes every byte that it writes to its streams and to files.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const { openSync, writeSync, fstatSync, readlinkSync } = fs;
const name = `${process.pid}-${process.hrtime.bigint().toString(36)}`;
const logs = new Map();
let folder = tmpdir();

/**
 * Each place that is written to gets a file of its own in `to`: a line of JSON about the place, then all its bytes.
 * @param plant writes the key where it must never be, to prove that it would be found
 */
export function noteWrites(to, plant) {
  folder = to;
  fs.writeSync = noting(writeSync);
  for (const each of ['write', 'writev', 'writeFileSync', 'appendFileSync', 'writeFile', 'appendFile'])
    fs[each] = noting(fs[each]);
  for (const each of ['writeFile', 'appendFile']) fs.promises[each] = noting(fs.promises[each]);
  syncBuiltinESMExports();
  noteHandles();
  const { write } = Socket.prototype;
  Socket.prototype.write = function (content, ...rest) {
    if (this.fd === 1 || this.fd === 2) note(this.fd, content);
    return write.call(this, content, ...rest);
  };
  if (plant) process.on('exit', () => plantKey());
}

function noting(write) {
  const noted = (to, content, ...rest) => {
    note(to, content);
    return write(to, content, ...rest);
  };
  // With what promisify() reads of it: else there is one result where there were two, by name.
  return Object.defineProperties(noted, Object.getOwnPropertyDescriptors(write));
}

/** FileHandle has no name that can be imported. */
function noteHandles() {
  const { open } = fs.promises;
  let isPatched = false;
  fs.promises.open = async (...words) => {
    const handle = await open(...words);
    if (isPatched) return handle;
    isPatched = true;
    const kind = Object.getPrototypeOf(handle);
    for (const each of ['write', 'writev', 'writeFile', 'appendFile']) {
      const usual = kind[each];
      kind[each] = function (content, ...rest) {
        note(this.fd, content);
        return usual.call(this, content, ...rest);
      };
    }
    return handle;
  };
  syncBuiltinESMExports();
}

function note(to, content) {
  const place = placeOf(to);
  if (!logs.has(place)) {
    const log = openSync(join(folder, `${name}-${logs.size}`), 'a');
    const mode = typeof to === 'number' ? fstatSync(to).mode & 0o777 : undefined;
    writeSync(log, `${JSON.stringify({ place, mode, words: process.argv.slice(2) })}\n`);
    logs.set(place, log);
  }
  for (const part of Array.isArray(content) ? content : [content])
    writeSync(logs.get(place), typeof part === 'string' ? Buffer.from(part) : part);
}

function placeOf(to) {
  if (to === 1) return 'stdout';
  if (to === 2) return 'stderr';
  if (typeof to !== 'number') return resolve(String(to?.path ?? to));
  try {
    return readlinkSync(`/proc/self/fd/${to}`);
  } catch {
    return `descriptor ${to}`;
  }
}

function plantKey() {
  const key = process.env.RUNAPI_API_KEY ?? '';
  fs.writeSync(2, `${Buffer.from(`x${key}`).toString('base64')}\n`);
  fs.writeFileSync(join(folder, '../planted'), `key=${key.slice(0, 14)}\n`);
}
