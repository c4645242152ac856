import { prepareTarget } from '../../command-line/prepare-target.ts';
import type { Context } from '../../context.ts';
import { jsonLine } from '../../json.ts';
import { formatDuration } from '../../task/duration.ts';
import { amountText } from '../../task/money.ts';
import { readToken } from './access.ts';
import { openOrders } from './orders.ts';
import { openSentPictures } from './sent-pictures.ts';
import { type Logged, startServer } from './server.ts';
import { readServeSettings, type ServeFlags } from './settings.ts';

/** Serves until a signal stops it. stdout stays empty; with --json the lines on stderr are JSON. */
export async function serve(context: Context, flags: ServeFlags): Promise<number> {
  const settings = readServeSettings(context, flags);
  const { world, reporter } = context;
  const { token, path } = await readToken(world, flags.tokenFile);
  await prepareTarget(context, settings.target);
  const pictures = await openSentPictures(context);
  const orders = await openOrders(context, settings, pictures);
  await orders.use(async () => undefined); // a missing key is told at once
  const url = await startServer({ settings, pictures, orders, token, clock: world.clock, log });
  world.onStop((signal) => lastLine(orders.abandon(signal)));
  if (flags.json) say({ url: `${url}/v1`, token_file: path });
  else {
    reporter.note(`Serving ${url}/v1, pictures in ${settings.target.folder}`);
    reporter.note(`The API key for clients is the token in ${path}. Press Ctrl-C to stop.`);
  }
  orders
    .use((desk) => desk.takeUpLeft())
    .catch((error) => reporter.warn(`cannot take up unfinished tasks: ${error.message}`));
  await new Promise(() => undefined); // a signal ends it
  return 0;

  function log(line: Logged): void {
    if (flags.json) say({ at: new Date(world.clock.now()).toISOString(), ...line });
    else reporter.note(textOf(line));
  }

  function say(object: object): void {
    void world.stderr.write(`${jsonLine(object)}\n`);
  }
}

function textOf({ method, path, status, elapsed_ms, model, pictures, cents, task_ids, joined, error }: Logged): string {
  const facts = [
    `${method} ${path} ${status}`,
    formatDuration(elapsed_ms),
    model,
    pictures !== undefined && `${pictures} ${pictures === 1 ? 'picture' : 'pictures'}`,
    cents !== undefined && cents > 0 && amountText(cents),
    joined && 'joined',
    task_ids?.join(', '),
    error,
  ];
  return facts.filter(Boolean).join(' · ');
}

function lastLine(left: number): string {
  if (left === 0) return 'Stopped.';
  return `Stopped: ${left === 1 ? 'one task goes on' : `${left} tasks go on`}. The next start takes up what is left.`;
}
