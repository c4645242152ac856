/** @module-tag slow */
import { stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { project } from '../../package/pack.ts';
import { newMachine, run } from '../../support/program.ts';
import { startServe } from './start-serve.ts';

/** Programs of others that speak OpenAI's Images API, as their documentation calls them. */
const clients = {
  openai: `
import OpenAI, { toFile } from 'openai';
const client = new OpenAI();
const { data } = await client.images.generate({ model: 'gpt-image-1', prompt: 'a fox', size: '1024x1536', quality: 'high' });
const image = await toFile(Buffer.from(data[0].b64_json, 'base64'), 'fox.png', { type: 'image/png' });
const edited = await client.images.edit({ model: 'gpt-image-1', image, prompt: 'bluer' });
const both = await client.images.edit({ model: 'gpt-image-1', image: [image, image], prompt: 'both', n: 2 });
const [{ url }] = (await client.images.generate({ model: 'dall-e-3', prompt: 'a fox' })).data;
const refused = await client.images.generate({ model: 'dall-e-3', prompt: 'a fox', n: 11 }).catch((error) => error);
console.log([data[0].b64_json, Buffer.from(await (await fetch(url)).arrayBuffer()).toString('base64')].map(begin).join(), refused.constructor.name, refused.code, begin(edited.data[0].b64_json), both.data.length);
`,
  '@ai-sdk/openai': `
import { createOpenAI } from '@ai-sdk/openai';
import { experimental_generateImage as generateImage } from 'ai';
const openai = createOpenAI({ baseURL: process.env.OPENAI_BASE_URL });
const { image } = await generateImage({ model: openai.image('gpt-image-1'), prompt: 'a fox', size: '1024x1024' });
const { images } = await generateImage({ model: openai.image('dall-e-3'), prompt: 'a fox', n: 2 });
console.log([image.base64, images[0].base64].map(begin).join(), images.length);
`,
  '@langchain/openai': `
import { DallEAPIWrapper } from '@langchain/openai';
const tool = (more) => new DallEAPIWrapper({ model: 'dall-e-3', baseUrl: process.env.OPENAI_BASE_URL, ...more });
const url = await tool({}).invoke('a fox');
const [content] = await tool({ n: 2, dallEResponseFormat: 'b64_json' }).invoke('a fox');
console.log([Buffer.from(await (await fetch(url)).arrayBuffer()).toString('base64'), content.image_url.url ?? content.image_url].map(begin).join());
`,
};

const printed: Readonly<Record<keyof typeof clients, string>> = {
  openai: 'iVBORw0K,iVBORw0K BadRequestError validation iVBORw0K 2',
  '@ai-sdk/openai': 'iVBORw0K,iVBORw0K 2',
  '@langchain/openai': 'iVBORw0K,iVBORw0K',
};

/** The prices of the pictures. Those made from pictures are dearer. */
const bought: Readonly<Record<keyof typeof clients, readonly number[]>> = {
  openai: [8, 8, 10, 10, 10],
  '@ai-sdk/openai': [8, 8, 8],
  '@langchain/openai': [8, 8, 8],
};

/** A folder outside the repository where the clients are installed: `npm run test:programs` makes one. */
const home = process.env.PROGRAMS_AT ?? project;

for (const [name, text] of Object.entries(clients)) {
  test.skipIf(!isInstalled(name))(
    `${name} makes pictures unchanged (needs ${name} in PROGRAMS_AT)`,
    { timeout: 300_000 },
    async () => {
      const machine = await newMachine();
      const served = await startServe(machine, ['--sandbox']);
      const program = `${text}\nfunction begin(base64) { return base64.slice(0, 8); }`;
      const { stdout } = await execa(process.execPath, ['--input-type=module', '--eval', program], {
        cwd: home,
        env: { OPENAI_BASE_URL: served.url, OPENAI_API_KEY: served.token },
      });
      expect(stdout).toBe(printed[name as keyof typeof clients]);
      const ledger = (await run(machine, ['history', '--json'])).stdout.split('\n').map((line) => JSON.parse(line));
      expect(ledger.map(({ cost }) => cost.charged_cents).sort()).toEqual(
        bought[name as keyof typeof clients].toSorted(),
      );
      for (const { images } of ledger) {
        expect((await stat(images[0].path)).size).toBe(images[0].bytes);
      }
    },
  );
}

function isInstalled(name: string): boolean {
  try {
    createRequire(join(home, 'package.json')).resolve(name);
    return true;
  } catch {
    return false;
  }
}
