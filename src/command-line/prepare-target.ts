import { statSync } from 'node:fs';
import { extname, resolve } from 'node:path';
import type { Context } from '../context.ts';
import { prepareFolder } from '../disk/folder.ts';
import { Failure } from '../errors.ts';
import { fixedFolder, parseTemplate, picturePath } from '../image/template.ts';
import type { Server } from '../journal/event.ts';
import type { Engine, Wanted } from '../paid-task/engine.ts';
import { namedBy } from '../paid-task/existing.ts';
import { pathsOf } from '../paid-task/input-pictures.ts';
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

/**
 * Tells where --overwrite would replace a picture by the one that is made from it. The source would be lost, --again
 * could not repeat the request, and a batch would buy the picture anew with each run. Undefined where all is well.
 */
export function ownSourceReason(engine: Engine, { request, target }: Wanted): string | undefined {
  const { output, mark, existing, folder, root } = target;
  if (existing !== 'overwrite' || output === '-' || parseTemplate(output || '{task}').words.has('task'))
    return undefined;
  for (const source of Object.values(pathsOf(engine, request) ?? {})) {
    const values = { ...namedBy({ target, request }, engine.clock.now()), ext: extname(source).slice(1) };
    const name = picturePath({ output, mark }, values, { picture: 0, attempt: 1 }, root !== undefined);
    if (isSameFile(resolve(folder, name), source))
      return `--overwrite would replace ${name}, which the picture is made from: name another file`;
  }
  return undefined;
}

function isSameFile(one: string, other: string): boolean {
  const [a, b] = [one, other].map((path) => statSync(path, { throwIfNoEntry: false }));
  return a !== undefined && b !== undefined && a.dev === b.dev && a.ino === b.ino;
}
