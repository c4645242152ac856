// The shortest script that does the job with Node's own fetch: node fetch.mjs <base URL> <prompt>
import { writeFile } from 'node:fs/promises';

const [base, prompt] = process.argv.slice(2);
const create = `${base}/v1/text_to_image`;
const headers = {
  authorization: `Bearer ${process.env.RUNAPI_API_KEY}`,
  'content-type': 'application/json',
  'idempotency-key': crypto.randomUUID(),
};
const body = JSON.stringify({ model: 'imagen-4', prompt });
let task = await (await fetch(create, { method: 'POST', headers, body })).json();
const { task_id } = task;
while (task.status !== 'completed') task = await (await fetch(`${create}/${task_id}`, { headers })).json();
await writeFile(`${task_id}.png`, (await fetch(task.images[0].url)).body);
