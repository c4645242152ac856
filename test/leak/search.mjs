import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** So many letters of a key in a row are a part of it that nobody may see. */
const partLength = 12;

/** All texts by which a part of a key is recognised: as it is, as base64, in hexadecimal, backwards, escaped. */
export function traces(key) {
  const parts = windows(key, partLength).filter((part) => /[^0-9a-f]/.test(part)); // a checksum may look like those
  const backwards = windows([...key].reverse().join(''), partLength).filter((part) => /[^0-9a-f]/.test(part));
  const json = JSON.stringify(key).slice(1, -1);
  return [
    ...new Set([
      ...parts,
      ...backwards,
      json,
      JSON.stringify(json).slice(1, -1),
      encodeURIComponent(key),
      Buffer.from(key).toString('hex'),
      [...key].map((letter) => `\\u00${letter.charCodeAt(0).toString(16)}`).join(''),
      ...[0, 1, 2].flatMap((shift) => inBase64(key, shift)),
    ]),
  ];
}

/**
 * Looks through all that was noted. Allowed is only our own settings file, which a user had the key put into, where
 * nobody else can read it.
 */
export function search(folder, keys) {
  const needles = keys.flatMap((key) => traces(key).map((trace) => ({ trace: Buffer.from(trace), key })));
  const found = { runs: new Set(), files: 0, bytes: 0, allowed: 0, hits: [] };
  for (const name of readdirSync(folder)) {
    const noted = readFileSync(join(folder, name));
    const end = noted.indexOf('\n');
    if (end < 0) continue; // the program was killed before it wrote there
    const { place, mode, words } = JSON.parse(noted.toString('utf8', 0, end));
    const content = noted.subarray(end + 1);
    found.runs.add(name.replace(/-\d+$/, ''));
    found.files += 1;
    found.bytes += content.length;
    const needle = needles.find(({ trace }) => content.includes(trace));
    if (!needle) continue;
    const isOwn = /[/\\]runapi-imagen[/\\]config\.json[^/\\]*$/.test(place) && (mode === undefined || !(mode & 0o077));
    if (isOwn) found.allowed += 1;
    else found.hits.push({ place, words, trace: needle.trace.toString(), around: around(content, needle.trace) });
  }
  return { ...found, runs: found.runs.size };
}

function windows(text, length) {
  return Array.from({ length: Math.max(1, text.length - length + 1) }, (_, at) => text.slice(at, at + length));
}

/** Without the letters at both ends, which depend on what stands beside it. */
function inBase64(key, shift) {
  const text = Buffer.from('x'.repeat(shift) + key).toString('base64');
  const inside = text.slice(Math.ceil((shift * 4) / 3) + 1, -4);
  return [inside, inside.replaceAll('+', '-').replaceAll('/', '_')];
}

function around(content, trace) {
  const at = content.indexOf(trace);
  return JSON.stringify(content.toString('utf8', Math.max(0, at - 60), at + trace.length + 20));
}
