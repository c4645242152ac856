import type { Context } from '../../context.ts';
import { exists } from '../../disk/place.ts';
import { joinPath } from '../../disk/surroundings.ts';
import { configFolder } from '../../disk/user-folders.ts';
import { hermesHome } from '../../hermes/home.ts';
import { type Check, ok } from './check.ts';

/** Tells how Hermes' own image backend uses `serve`, once `serve` has made its token. */
export async function checkServe({ world }: Context): Promise<Check[]> {
  const folder = configFolder(world);
  const token = folder && joinPath(world, folder, 'serve-token');
  const home = hermesHome(world);
  if (!token || !home || !(await exists(token)) || !(await exists(home))) return [];
  const told =
    'for the openai backend of Hermes Agent, in config.yaml: image_gen: {provider: openai, model: imagen-4, ' +
    'openai: {base_url: "http://127.0.0.1:4011/v1", key_env: RUNAPI_SERVE_TOKEN}}';
  const hint = `printf 'RUNAPI_SERVE_TOKEN=%s\\n' "$(cat '${token}')" >> '${joinPath(world, home, '.env')}'`;
  return [{ ...ok('serve', told), hint }];
}
