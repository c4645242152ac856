import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { AxeResults } from 'axe-core';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, expect, onTestFinished } from 'vitest';

const program = (process.env.PATH ?? '')
  .split(delimiter)
  .flatMap((folder) => ['chromium', 'chromium-browser', 'google-chrome'].map((name) => join(folder, name)))
  .find((path) => existsSync(path));

/** No Chromium: the tests that need one are skipped. */
export const noBrowser = program === undefined;

let running: Promise<Browser> | undefined;
afterAll(async () => (await running)?.close());

export interface Opened {
  page: Page;
  /** What went to the console, and what was thrown. */
  complaints: string[];
  /** Addresses that were asked for, but for the files of this machine and `data:`. */
  outside: string[];
}

/** Opens a page from its file, as somebody does who was given it. */
export async function openPage(path: string, scheme: 'light' | 'dark' = 'light'): Promise<Opened> {
  running ??= chromium.launch({
    executablePath: program ?? '',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
  const browser = await running;
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, colorScheme: scheme });
  onTestFinished(() => context.close());
  const page = await context.newPage();
  const complaints: string[] = [];
  const outside: string[] = [];
  page.on('console', (message) => complaints.push(`${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => {
    if (!/^(file|data):/.test(request.url())) outside.push(request.url());
  });
  await page.goto(pathToFileURL(path).href);
  return { page, complaints, outside };
}

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Fails for whatever axe-core finds. */
export async function expectAccessible(page: Page): Promise<void> {
  // What still fades in has not its contrast yet.
  await page.evaluate('Promise.allSettled(document.getAnimations().map(({ finished }) => finished))');
  await page.evaluate(axe);
  const { violations } = (await page.evaluate('axe.run()')) as AxeResults;
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)).toEqual([]);
}
