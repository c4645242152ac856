// Loaded with --import before the real program. By HARM, a JSON object, it
// - makes calls on files below `root` fail: `faults`, a list of {at, times, code, when}: the at-th call that can fail
//   like that, and the next ones, `before` the call or `after` it was done, or when a write is half done (`torn`);
// - freezes the process by SIGSTOP at the `stopAt`-th call, after a byte on descriptor 3 has told so;
// - gives it the name of another machine, `host`, and time that runs `faster` times as fast: leases expire sooner.
import fs from 'node:fs';
import promises from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import os from 'node:os';
import timers from 'node:timers';

const { root, faults = [], stopAt = 0, host, faster = 1 } = JSON.parse(process.env.HARM);
const { writeSync } = fs;
const opened = new Set();
const seen = { EIO: 0, ESTALE: 0, EMFILE: 0, ENOSPC: 0, EDQUOT: 0 };
let calls = 0;

/** Which calls fail like that: the others cannot. */
const failing = {
  EMFILE: /^(open|readdir|readFile|mkdtemp)/,
  ENOSPC: /^(open|write|writev|writeFile|mkdir|rename|link|datasync|fdatasync|sync|fsync)/,
};
failing.EDQUOT = failing.ENOSPC;

/** Returns the fault that is due at this call, if any. */
function faultOf(name) {
  for (const code of Object.keys(seen)) if (!failing[code] || failing[code].test(name)) seen[code] += 1;
  calls += 1;
  if (calls === stopAt) {
    writeSync(3, 's');
    process.kill(process.pid, 'SIGSTOP');
  }
  return faults.find(
    ({ code, at, times }) =>
      (!failing[code] || failing[code].test(name)) && seen[code] >= at && seen[code] < at + times,
  );
}

function errorOf({ code }, name) {
  return Object.assign(new Error(`${code}: planted, ${name}`), {
    code,
    errno: -os.constants.errno[code],
    syscall: name,
  });
}

const isOurs = (first) =>
  typeof first === 'number' ? opened.has(first) : typeof first === 'string' && first.startsWith(root);

/** A close that fails has closed all the same. */
const isAfter = (fault, name) => fault.when === 'after' || /^close/.test(name);

function half(name, words) {
  const at = words.findIndex((word) => ArrayBuffer.isView(word));
  if (!/^write(Sync)?$/.test(name) || at < 0) return undefined;
  const bytes = words[at];
  return [...words.slice(0, at), bytes.subarray(0, bytes.length >> 1)];
}

function sync(name, act) {
  return function faulty(...words) {
    const fault = isOurs(words[0]) && faultOf(name);
    if (fault?.when === 'torn') {
      const less = half(name, words);
      if (less) act.apply(this, less);
    }
    if (fault && !isAfter(fault, name)) throw errorOf(fault, name);
    const result = act.apply(this, words);
    if (fault) throw errorOf(fault, name);
    if (name === 'openSync' && isOurs(words[0])) opened.add(result);
    if (name === 'closeSync') opened.delete(words[0]);
    return result;
  };
}

function called(name, act) {
  const faulty = function faulty(...words) {
    const back = words.pop();
    const fault = isOurs(words[0]) && faultOf(name);
    const whole = fault?.when === 'torn' ? half(name, words) : words;
    if (fault && !isAfter(fault, name) && whole === words) return void setImmediate(back, errorOf(fault, name));
    if (fault && !whole) return void setImmediate(back, errorOf(fault, name));
    act.call(this, ...whole, (error, ...results) => {
      if (name === 'open' && !error && isOurs(words[0])) opened.add(results[0]);
      if (name === 'close') opened.delete(words[0]);
      if (fault) back(errorOf(fault, name));
      else back(error, ...results);
    });
  };
  // promisify() finds on the function how its results are named.
  for (const symbol of Object.getOwnPropertySymbols(act))
    Object.defineProperty(faulty, symbol, Object.getOwnPropertyDescriptor(act, symbol));
  return faulty;
}

function promised(name, act, pathOf) {
  return async function faulty(...words) {
    const fault = isOurs(pathOf(this, words)) && faultOf(name);
    if (fault && !isAfter(fault, name)) throw errorOf(fault, name);
    const result = await act.apply(this, words);
    if (name === 'open' && isOurs(words[0])) opened.add(result.fd);
    if (fault) {
      if (name === 'open') await result.close();
      throw errorOf(fault, name);
    }
    return result;
  };
}

const handle = await promises.open(import.meta.filename, 'r');
const handles = Object.getPrototypeOf(handle);
await handle.close();

const inSync =
  'open read write fstat stat lstat readdir readFile writeFile rename link unlink mkdir fdatasync fsync ftruncate realpath close';
for (const name of inSync.split(' ').map((each) => `${each}Sync`)) fs[name] = sync(name, fs[name]);
for (const name of 'open read write writev fdatasync ftruncate close'.split(' ')) fs[name] = called(name, fs[name]);
for (const name of 'open readdir readFile stat lstat rename link unlink mkdir chmod utimes realpath rm'.split(' '))
  promises[name] = promised(name, promises[name], (_, [path]) => path);
for (const name of 'write writeFile readFile read datasync sync truncate stat'.split(' '))
  handles[name] = promised(name, handles[name], (file) => file.fd);
const { close } = handles;
handles.close = function closing() {
  const { fd } = this;
  const ours = opened.delete(fd);
  const fault = ours && faultOf('close');
  return close.call(this).then(() => {
    if (fault) throw errorOf(fault, 'close');
  });
};

if (host) os.hostname = () => host;
if (faster !== 1) {
  const { hrtime } = process;
  const began = hrtime.bigint();
  const now = () => began + (hrtime.bigint() - began) * BigInt(faster);
  process.hrtime = ([seconds, nanoseconds] = [0, 0]) => {
    const span = now() - BigInt(seconds) * 1_000_000_000n - BigInt(nanoseconds);
    return [Number(span / 1_000_000_000n), Number(span % 1_000_000_000n)];
  };
  process.hrtime.bigint = now;
  for (const name of ['setTimeout', 'setInterval']) {
    const own = globalThis[name];
    const sooner = (tick, milliseconds, ...words) => own(tick, milliseconds / faster, ...words);
    globalThis[name] = sooner;
    timers[name] = sooner;
  }
}
syncBuiltinESMExports();
