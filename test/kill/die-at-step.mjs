// Loaded with --import before the real program: ends its process by SIGKILL at the n-th thing that it does to the disk.
// DIE_AT_STEP=12 DIE_WHEN=before|after|torn; torn: in the middle of a write, where that step is one.
import fs from 'node:fs';
import promises from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';

const when = process.env.DIE_WHEN;
let left = Number(process.env.DIE_AT_STEP);

function die() {
  process.kill(process.pid, 'SIGKILL');
  for (;;);
}

/** `torn` does the half of it. */
function stepped(act, torn) {
  return function step(...words) {
    if (!changesSomething(words)) return act.apply(this, words);
    left -= 1;
    if (left !== 0) return act.apply(this, words);
    if (when === 'before') die();
    if (when === 'torn') torn?.apply(this, words);
    const done = act.apply(this, words);
    if (typeof done?.then === 'function') return done.finally(die);
    die();
  };
}

/** Opening a file for reading is no step. */
function changesSomething([, flags]) {
  return flags !== 'r';
}

const handle = await promises.open(import.meta.filename, 'r');
const handles = Object.getPrototypeOf(handle);
await handle.close();

for (const name of [
  'openSync',
  'unlinkSync',
  'ftruncateSync',
  'fdatasyncSync',
  'mkdirSync',
  'writeFileSync',
  'renameSync',
])
  fs[name] = stepped(fs[name]);
const { writeSync } = fs;
fs.writeSync = stepped(writeSync, (descriptor, bytes, at = 0) => {
  writeSync(descriptor, bytes, at, Math.ceil((bytes.length - at) / 2));
  die();
});
for (const name of ['open', 'rename', 'link', 'unlink', 'mkdir', 'utimes']) promises[name] = stepped(promises[name]);
for (const name of ['write', 'datasync', 'truncate']) handles[name] = stepped(handles[name]);
syncBuiltinESMExports();
