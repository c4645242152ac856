import { type FoundKey, isWebAddress, oneLine, readKey } from '../api-key.ts';
import { joinPath, readForeign } from '../disk/surroundings.ts';
import { isObject, type JsonObject } from '../json.ts';
import type { Surroundings } from '../world.ts';

/**
 * Finds the key that RunAPI's own CLI keeps (`runapi-ai/cli`, September 2026), with its base URL. Returns undefined
 * where the CLI was never set up. Never throws: what is wrong with the file is in `problems`.
 */
export function runapiCliKey(surroundings: Surroundings): FoundKey | undefined {
  const path = configPath(surroundings);
  if (path === undefined) return undefined;
  const { text, problem } = readForeign(surroundings, path);
  if (text === undefined && problem === undefined) return undefined;
  const problems = problem === undefined ? [] : [problem];
  const config = text === undefined ? {} : parsed(text);
  if (config === undefined) problems.push(`${path} does not hold a JSON object`);
  const apiKey = keyIn(config?.api_key, path, problems);
  const baseUrl = apiKey === undefined ? undefined : addressIn(config?.base_url, path, problems);
  return { apiKey, baseUrl, source: oneLine(`RunAPI CLI (${path})`), problems: problems.map(oneLine) };
}

/** The path of the CLI's settings. An empty variable counts as unset, as in the CLI. */
function configPath(surroundings: Surroundings): string | undefined {
  const { RUNAPI_CONFIG_DIR, XDG_CONFIG_HOME } = surroundings.env;
  if (RUNAPI_CONFIG_DIR) return joinPath(surroundings, RUNAPI_CONFIG_DIR, 'config.json');
  if (XDG_CONFIG_HOME) return joinPath(surroundings, XDG_CONFIG_HOME, 'runapi', 'config.json');
  // Under ~/.config on Windows and macOS too.
  return surroundings.home && joinPath(surroundings, surroundings.home, '.config', 'runapi', 'config.json');
}

function parsed(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    // V8's message quotes the text around the error, and that may be the key.
    return undefined;
  }
}

function keyIn(value: unknown, path: string, problems: string[]): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') {
    problems.push(`api_key in ${path} is not text`);
    return undefined;
  }
  const { key, problem } = readKey(value);
  if (problem) problems.push(`the key in ${path} ${problem}`);
  return key;
}

function addressIn(value: unknown, path: string, problems: string[]): string | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  const address = typeof value === 'string' ? value.trim() : '';
  if (isWebAddress(address)) return address;
  problems.push(`base_url in ${path} is not an address such as https://runapi.ai and was ignored`);
  return undefined;
}
