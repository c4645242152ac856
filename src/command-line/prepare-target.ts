import { resolve } from 'node:path';
import type { Context } from '../context.ts';
import { prepareFolder } from '../disk/folder.ts';
import { Failure } from '../errors.ts';
import { fixedFolder } from '../image/template.ts';
import type { Server } from '../journal/event.ts';
import type { Source } from '../request/parse-fields.ts';
import { settingSource } from '../request/sources.ts';
import { type Pictures, parseTarget, type Target } from '../request/target.ts';
import { expandHome } from '../task/home-path.ts';

type Place = Pick<Target, 'folder' | 'output' | 'root'>;

/** Tries the folder, so that what is wrong with it is told before anything is paid. Throws `download`. */
export async function prepareTarget(context: Context, place: Place): Promise<void> {
  const { folder, output, root } = place;
  if (output === '-' && context.engine.spool !== undefined) return;
  const last = output === '-' ? folder : resolve(folder, fixedFolder(output, root !== undefined));
  await prepareFolder(last).catch((error) => {
    throw withSetting(context, place, error);
  });
}

/** Returns the server to buy at, where nothing is wrong with the key or the folder. Throws what is. */
export async function readyServer(context: Context, place: Place | undefined): Promise<Server> {
  const server = await context.server();
  await context.api(server); // a missing key is told before anything else happens
  if (place) await prepareTarget(context, place);
  return server;
}

/** Parses where the pictures go that a program asks for: to files, also where the setting `output` is stdout. */
export function parseFiles(
  { stored: { settings }, world }: Context,
  given: Source,
  pictures: Pictures,
  problems: string[],
): Target | undefined {
  const output = settings.output === '-' ? undefined : settings.output;
  const target = parseTarget([given, settingSource({ ...settings, output })], world, pictures, problems);
  return target && { ...target, index: 1 };
}

/** Names the setting that the folder comes from, and the command that changes it. */
function withSetting({ stored: { settings }, world: { cwd, home } }: Context, place: Place, error: unknown): unknown {
  const { dir, output } = settings;
  const isSet = dir !== undefined && resolve(cwd, expandHome(dir, home)) === place.folder;
  const name = isSet ? 'dir' : output !== undefined && expandHome(output, home) === place.output ? 'output' : undefined;
  if (name === undefined || !(error instanceof Failure)) return error;
  const hint = `${error.facts.hint}, or change the setting ${name}: config set ${name}`;
  return new Failure(error.code, error.message, { ...error.facts, hint });
}
