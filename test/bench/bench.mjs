// Prints what the program promises of its speed beside what it does on this machine: npm run bench [-- part …]
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { code } from './code.mjs';
import { cold } from './cold.mjs';
import { leave, machine, project } from './lab.mjs';
import { long } from './long.mjs';
import { many } from './many.mjs';
import { old } from './old-record.mjs';
import { start } from './start.mjs';
import { streams } from './streams.mjs';
import { table } from './table.mjs';
import { waiting } from './waiting.mjs';

const parts = { cold, start, waiting, many, code, streams, long, old };
const slow = ['long', 'old'];
const usual = Object.keys(parts).filter((part) => !slow.includes(part));

if (existsSync(join(project, 'dist/main.cjs'))) await bench(process.argv.slice(2));
else fail('there is no dist/: npm run build');

async function bench(wanted) {
  const unknown = wanted.find((part) => !(part in parts));
  if (unknown) return fail(`there is no part ${unknown}: ${Object.keys(parts).join(', ')}`);
  const rows = [];
  const notes = [];
  try {
    for (const part of wanted.length > 0 ? wanted : usual) {
      for await (const { note, what, goal, figure, met } of parts[part]()) {
        if (note) notes.push(note);
        else rows.push([what, goal, figure + (met === false ? ' (missed)' : ''), commandOf(part)]);
        if (what) console.error(rows.at(-1).join(' · '));
      }
    }
  } finally {
    leave();
  }
  console.log(`${machine()}, ${new Date().toISOString().slice(0, 10)}\n`);
  console.log(table(['what', 'goal', 'figure', 'command'], rows));
  for (const note of notes) console.log(`\n${note.trimEnd()}`);
}

function commandOf(part) {
  return slow.includes(part) ? `npm run bench:${part}` : `npm run bench -- ${part}`;
}

function fail(message) {
  console.error(message);
  process.exitCode = 1;
}
