import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { statusUrls } from '../../src/api/routes.ts';
import { formatOf } from '../../src/commands/batch/format.ts';
import { readRows } from '../../src/commands/batch/read-rows.ts';
import { fieldNamed } from '../../src/commands/batch/row.ts';
import { Failure } from '../../src/errors.ts';
import { apply, beganAt, costOf, type Entry, filesOf } from '../../src/journal/entry.ts';
import { readRun } from '../../src/journal/read-run.ts';
import { readLine, versionOf } from '../../src/journal/schema.ts';
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
    for await (const row of readRows({ path, shown: name, format }, { variables, ignored: new Set() }))
      rows.push(row);
  } catch (error) {
    ensure(error instanceof Failure && error.code === 'validation', `${error}`);
  }
  for (const { number, place, fields, names, words, problems } of rows) {
    ensure(number >= 0 && /^(line|item) [1-9]\d*$/.test(place), 'a row has its place');
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
const events = runLines.map((line) => JSON.parse(line) as object);

function read(entries: Map<string, Entry>, line: string): void {
  const event = readLine(line);
  if (event) apply(entries, event);
  versionOf(line);
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
  slowTarget('batch: lines', 0.2, fc.oneof(mutated(lines.map(bytesOf)), oddText), (text) =>
    rowsOf(text, 'txt'),
  ),
  slowTarget(
    'batch: lists and what has no ending',
    0.4,
    fc.tuple(
      fc.oneof(mutated([...jsonl, ...csv, ...lists].map(bytesOf)), oddText),
      fc.constantFrom('json', 'yaml', ''),
    ),
    ([text, ending]) => rowsOf(text, ending),
  ),
  slowTarget(
    'batch: cut at any byte',
    0.2,
    fc.tuple(fc.constantFrom(...jsonl), fc.nat(200)),
    async ([example, at]) => {
      const text = example.replace('\uFEFF', '');
      const blank = `${' '.repeat(Math.max(0, pieceLength - 1 - (at % Buffer.byteLength(text))))}\n`;
      const whole = await rowsOf(text, 'jsonl');
      const cut = await rowsOf(blank + text, 'jsonl');
      const moved = whole.map((row) => ({ ...row, place: `line ${Number(row.place.slice(5)) + 1}` }));
      ensure(JSON.stringify(moved) === JSON.stringify(cut), 'a cut changes nothing');
    },
  ),
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
    const open = await readRun(written('run.jsonl', bytes), (entry) => entries.set(entry.key, entry));
    for (const [name, entry] of open ?? []) entries.set(name, entry);
    ensureUsable(entries);
    for (const line of bytes.toString('utf8').split('\n').slice(1)) {
      const event = readLine(line);
      // A first line that tells a newer format keeps the whole file from being read.
      if (open && event?.event === 'intended') ensure(entries.has(event.key), 'a whole line is read');
    }
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
