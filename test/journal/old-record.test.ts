import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { filesOf } from '../../src/journal/entry.ts';
import { leftKeys, newRecords, put, somePid } from './machine.ts';

/** Written by version 0.1.0: a picture that was saved, one that was let go, one whose answer never came, a batch row. */
const lines = `{"format":1,"program":"0.1.0"}
{"event":"intended","key":"5e0c","at":1760000000000,"server":{"base":"https://runapi.ai","sandbox":false},"request":{"model":"imagen-4","prompt":"a mug","aspectRatio":"16:9"},"target":{"folder":"/home/u","output":"","existing":"rename","index":1}}
{"event":"accepted","key":"5e0c","at":1760000000400,"id":"tsk_saved","dialect":"guide","replayed":false,"cost":{"currency":"USD","reserved_cents":8,"charged_cents":null,"refunded":false}}
{"event":"completed","key":"5e0c","at":1760000008000,"images":[{"url":"https://file.runapi.ai/a.png"}],"cost":null}
{"event":"temporary","key":"5e0c","at":1760000008001,"path":"/home/u/.runapi-imagen-0123456789ab.part"}
{"event":"saving","key":"5e0c","at":1760000009000,"index":0,"path":"/home/u/a-mug.png","sha256":"eeee"}
{"event":"saved","key":"5e0c","at":1760000009001,"index":0,"file":{"path":"/home/u/a-mug.png","bytes":7,"mime":"image/png","width":1,"height":1,"sha256":"eeee"}}
{"event":"ended","key":"5e0c","at":1760000009002,"how":"saved"}
{"event":"intended","key":"1e79","at":1760000010000,"server":{"base":"https://runapi.ai","sandbox":false},"request":{"model":"imagen-4-fast","prompt":"later"},"target":{"folder":"/home/u","output":"","existing":"skip","index":1},"door":"mcp"}
{"event":"accepted","key":"1e79","at":1760000010400,"id":"tsk_let_go","dialect":"service","statusUrl":"https://runapi.ai/v1/tasks/tsk_let_go","replayed":true,"cost":null}
{"event":"let-go","key":"1e79","at":1760000010500}
{"event":"intended","key":"0437","at":1760000020000,"server":{"base":"https://runapi.ai","sandbox":false},"request":{"model":"imagen-4","prompt":"a row","seed":7},"target":{"folder":"/home/u","output":"{row}.{ext}","existing":"overwrite","index":3,"sidecar":true},"row":{"batch":"ba7c4ba7c4ba7c40","row":3,"key":"0123456789abcdef","id":"three"}}
{"event":"retargeted","key":"0437","at":1760000020001,"target":{"folder":"/home/u/shots","output":"","existing":"rename","index":3}}
`.split('\n');

test('a record of version 0.1.0 is read, wherever it was left', async () => {
  for (const name of [
    'done/mgk-aa.1-1-0123456789.jsonl',
    'runs/mgk-aa.1-1-0123456789.jsonl',
    'runs/mgk-aa.nobody.jsonl',
  ]) {
    const records = await newRecords();
    await put(records, name, lines);
    const journal = records.process(somePid);
    const { runs, unreadable } = await journal.left({ letGo: true });
    expect([runs.map(({ entries }) => [...entries.keys()]), unreadable]).toEqual([[['1e79', '0437']], []]);
    const row = runs[0]?.entries.get('0437')?.intended;
    expect([row?.target.folder, row?.row?.id, row?.account, row?.unsent]).toEqual([
      '/home/u/shots',
      'three',
      undefined,
      undefined,
    ]);
    const saved = (await journal.find(['tsk_saved'])).get('tsk_saved')?.entry;
    expect(saved && filesOf(saved).map(({ path }) => path)).toEqual(['/home/u/a-mug.png']);
    const [newest] = await journal.newest({ matches: () => true, limit: 1 }, () => undefined);
    expect(newest?.key).toBe('0437');
  }
});

test('a run that was let go by version 0.1.0 is left alone unasked', async () => {
  const records = await newRecords();
  const letGo = lines.filter((line) => line.includes('"1e79"') || line.includes('format'));
  await put(records, 'runs/mgk-aa.let-go.jsonl', letGo);
  const journal = records.process(somePid);
  expect((await journal.left()).runs).toEqual([]);
  expect(await leftKeys(journal)).toEqual(['1e79']);
  expect(await readdir(join(records.folder, 'runs'))).toEqual(['mgk-aa.let-go.jsonl']);
});
