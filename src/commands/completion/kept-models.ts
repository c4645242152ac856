import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { stateFolder } from '../../disk/user-folders.ts';
import { isObject, type Json, parseJson } from '../../json.ts';
import { modelAliases, models } from '../../request/models.ts';
import { printable } from '../../terminal/printable.ts';
import type { World } from '../../world.ts';

/** Lists the models of the kept catalogues, for a shell that completes a word. Never fails. */
export function keptModels(world: World): string[] {
  const folder = stateFolder(world);
  const names = [...models, ...Object.keys(modelAliases), ...(folder === undefined ? [] : keptIn(folder))];
  return [...new Set(names)].map(printable);
}

function keptIn(folder: string): string[] {
  try {
    const servers = Object.values(objectOf(parseJson(readFileSync(join(folder, 'servers.json'), 'utf8'))));
    const answers = servers.flatMap((server) => Object.values(objectOf(objectOf(server).answers)));
    return answers.flatMap((answer) => {
      const { text } = objectOf(answer);
      const { price_schedules: schedules } = objectOf(typeof text === 'string' ? parseJson(text) : undefined);
      return Array.isArray(schedules) ? schedules.flatMap((each) => nameIn(objectOf(each))) : [];
    });
  } catch {
    return []; // nothing was kept yet
  }
}

function nameIn({ model, catalog_status: status }: ReturnType<typeof objectOf>): string[] {
  return typeof model === 'string' && !/\s/.test(model) && status !== 'disabled' ? [model] : [];
}

function objectOf(value: Json | undefined) {
  return isObject(value) ? value : {};
}
