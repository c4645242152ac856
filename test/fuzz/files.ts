import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { statusUrls } from '../../src/api/routes.ts';
import { formatOf } from '../../src/commands/batch/format.ts';
import { fieldNamed } from '../../src/commands/batch/row.ts';
import { readRows } from '../../src/commands/batch/rows.ts';
import { nodeFiles } from '../../src/disk/files.ts';
import { Failure } from '../../src/errors.ts';
import { digestOf } from '../../src/journal/digest.ts';
import { apply, beganAt, costOf, type Entry, filesOf } from '../../src/journal/entry.ts';
import { readLine } from '../../src/journal/event.ts';
import { parsePart, partLine } from '../../src/journal/parts.ts';
import { readRun } from '../../src/journal/read-run.ts';
import { parseRequests } from '../../src/request/request.ts';
import { namedSource } from '../../src/request/sources.ts';
import { openServerMemory } from '../../src/settings/server-memory.ts';
import { linesOf } from '../support/record.ts';
import { mutated, mutatedText } from './mutate.ts';
import { oddJson, oddText } from './odd-json.ts';
import { ensure, slowTarget, target } from './target.ts';

const folder = mkdtempSync(join(tmpdir(), 'runapi-imagen-fuzz-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));

function written(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const jsonl = [
  '{"prompt":"a fox","model":"fast","seed":[1,2],"n":3}\n"an owl"\n{"prompt":"커피","id":"b","ratio":"16:9"}\n',
  '\uFEFF{"prompt":"a","negative_prompt":null,"callback_url":"https://x.test/"}\r\n\r\n{"promt":1}\r\n',
];
const csv = [
  'id,prompt,model,seed\n1,"a fox, red",fast,7\n2,"two\nlines",,\n3,"say ""hi""",ultra,"1,2"\n',
  '\uFEFFprompt,aspect_ratio\r\na mug,16:9\r\n\r\nan owl,1:1\r\n',
];
const lists = [
  '[{"prompt":"a fox"},\n"an owl", null]\n',
  '- prompt: a fox\n  seed: [1, 2]\n- "an owl"\n- &a {n: 2}\n- *a\n',
];
const lines = ['a fox\n\nan owl\r\n  커피 머그  \n'];

async function rowsOf(content: string | Buffer, ending: string) {
  const name = `rows.${ending}`;
  const path = written(name, content);
  const variables = new Set<string>();
  const rows = [];
  try {
    const format = await formatOf(path, { named: name, shown: name, variables });
    for await (const row of readRows({ path, shown: name, format }, { variables, ignored: new Set() })) rows.push(row);
  } catch (error) {
    ensure(error instanceof Failure && error.code === 'validation', `${error}`);
  }
  for (const { place, fields, names, words, problems } of rows) {
    ensure(/^(line|item) [1-9]\d*$/.test(place), 'a row has its place');
    for (const [field, column] of Object.entries(names)) ensure(fieldNamed(column) === field, field);
    ensure(problems.length > 0 || words.size > 0, 'a row holds something');
    parseRequests([namedSource(fields)], []);
  }
  return rows;
}

/** A file is read in pieces of 64 kB: with a blank line of the right length before it, cut at any byte. */
const pieceLength = 64 * 1024;

/** As they stand in a file; a record is made of them. */
const run = [
  `${JSON.stringify({ format: 1, program: '0.1.0' })}\n`,
  linesOf({ prompt: 'a mug', aspectRatio: '16:9', seed: 7 }, 1, '/home/u'),
  linesOf({ prompt: 'b', how: null, file: null }, 2, '/home/u'),
  linesOf({ prompt: '커피', how: 'failed', message: 'no' }, 3, '/home/u'),
].join('');
const runLines = run.trimEnd().split('\n');
const begun = runLines.filter((line) => line.includes('"intended"'));
/** Large enough to be digested. */
const large =
  run + linesOf({ prompt: 'x'.repeat(600_000) }, 4, '/home/u') + linesOf({ how: null, file: null }, 5, '/home/u');
const indexLines = ['ended', 'open'].map((state) =>
  partLine({
    file: 'm1-aa.1-1-aaaa.jsonl',
    nth: 0,
    of: 1,
    state: state as 'open',
    span: { from: 0, to: Number.POSITIVE_INFINITY },
    lastAt: 1,
    batches: new Set(['ba7c4ba7c4ba7c40']),
    ids: ['tsk_1'],
  }).trimEnd(),
);
const events = runLines.map((line) => JSON.parse(line) as object);

function read(entries: Map<string, Entry>, line: string): void {
  const event = readLine(line);
  if (event) apply(entries, event);
}

function ensureUsable(entries: Map<string, Entry>): void {
  for (const entry of entries.values()) {
    costOf(entry);
    filesOf(entry);
    ensure(!Number.isNaN(new Date(beganAt(entry)).getTime()), 'a task has its time');
    const { server } = entry.intended;
    if (entry.accepted && !server.sandbox) {
      for (const url of statusUrls(server.base, entry.accepted.id, entry.accepted)) {
        ensure(new URL(url).origin === new URL(server.base).origin, 'no other origin is asked');
      }
    }
  }
}

export const fileTargets = [
  slowTarget(
    'batch: JSONL',
    0.5,
    fc.oneof(mutated(jsonl.map(bytesOf)), oddJson([{ prompt: 'a', seed: [1], count: 2 }])),
    (text) => rowsOf(text, 'jsonl'),
  ),
  slowTarget('batch: CSV', 0.4, fc.oneof(mutated(csv.map(bytesOf)), oddText), (text) => rowsOf(text, 'csv')),
  slowTarget('batch: lines', 0.2, fc.oneof(mutated(lines.map(bytesOf)), oddText), (text) => rowsOf(text, 'txt')),
  slowTarget(
    'batch: lists and what has no ending',
    0.4,
    fc.tuple(
      fc.oneof(mutated([...jsonl, ...csv, ...lists].map(bytesOf)), oddText),
      fc.constantFrom('json', 'yaml', ''),
    ),
    ([text, ending]) => rowsOf(text, ending),
  ),
  slowTarget('batch: cut at any byte', 0.2, fc.tuple(fc.constantFrom(...jsonl), fc.nat(200)), async ([example, at]) => {
    const text = example.replace('\uFEFF', '');
    const blank = `${' '.repeat(Math.max(0, pieceLength - 1 - (at % Buffer.byteLength(text))))}\n`;
    const whole = await rowsOf(text, 'jsonl');
    const cut = await rowsOf(blank + text, 'jsonl');
    const moved = whole.map((row) => ({ ...row, place: `line ${Number(row.place.slice(5)) + 1}` }));
    ensure(JSON.stringify(moved) === JSON.stringify(cut), 'a cut changes nothing');
  }),
  target('record: lines', 10, fc.oneof(oddJson(events), mutatedText(runLines)), (line) => {
    const entries = new Map<string, Entry>();
    for (const each of begun) read(entries, each);
    const before = entries.size;
    read(entries, line);
    ensure(entries.size >= before, 'no line makes another one forgotten');
    ensureUsable(entries);
  }),
  slowTarget('record: files', 0.4, mutated([bytesOf(run)]), async (bytes) => {
    const entries = new Map<string, Entry>();
    const path = written('run.jsonl', bytes);
    // A line that tells a newer format keeps the whole file from being read, one that closes it the rest.
    const contents = await readRun(nodeFiles, path, (entry) => entries.set(entry.key, entry)).catch(() => undefined);
    for (const [name, entry] of contents?.open ?? []) entries.set(name, entry);
    ensureUsable(entries);
    const isWhole = contents && !bytes.includes('"closed":true');
    for (const line of isWhole ? bytes.toString('utf8').split('\n') : []) {
      const event = readLine(line);
      if (event?.event === 'intended') ensure(entries.has(event.key), 'a whole line is read');
    }
  }),
  slowTarget('record: digests', 0.4, fc.tuple(mutated([bytesOf(large)]), fc.nat()), async ([bytes, cut]) => {
    rmSync(join(folder, 'digests'), { recursive: true, force: true });
    const whole = await readRun(nodeFiles, written('whole.jsonl', bytes)).catch(() => undefined);
    written('m1-aa.nobody.jsonl', bytes.subarray(0, cut % bytes.length));
    await digestOf(nodeFiles, folder, join(folder, 'm1-aa.nobody.jsonl')).catch(() => undefined);
    const later = await digestOf(nodeFiles, folder, written('m1-aa.nobody.jsonl', bytes)).catch(() => undefined);
    const told = (open: ReadonlyMap<string, Entry> | undefined) => JSON.stringify([...(open?.values() ?? [])]);
    ensure(told(whole?.open) === told(later?.open), 'a file that is read in two goes says the same');
  }),
  target('index: lines', 1, mutatedText(indexLines), (line) => {
    const part = parsePart(line);
    ensure(!part || indexLines.includes(line), 'a damaged line of the index is none');
  }),
  target(
    'memory of servers',
    0.5,
    oddJson([
      {
        'https://runapi.ai': {
          dialect: 'guide',
          statusTemplate: 'https://runapi.ai/v1/tasks/{id}',
          durations: { 'imagen-4': [8000, 9000] },
          answers: { 'https://runapi.ai/x': { etag: '"a"', text: '{}' } },
        },
      },
    ]),
    (text) => {
      written('servers.json', text);
      const memory = openServerMemory(folder);
      const { statusTemplate } = memory.recall('https://runapi.ai');
      statusUrls('https://runapi.ai', 'tsk_1', { remembered: statusTemplate });
      memory.recallAnswer('https://runapi.ai', 'https://runapi.ai/x');
    },
  ),
];

function bytesOf(text: string): Buffer {
  return Buffer.from(text);
}
