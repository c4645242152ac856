import { type FoundKey, isWebAddress, keyFlaw, oneLine } from '../api-key.ts';
import { joinPath, readForeign, type Surroundings } from '../disk/surroundings.ts';
import { isObject } from '../json.ts';

/**
 * The key that RunAPI's own CLI keeps (`runapi-ai/cli`, September 2026), with its base URL. Undefined where the CLI
 * was never set up. Never throws: what is wrong with the file is in `problems`.
 */
export function runapiCliKey(surroundings: Surroundings): FoundKey | undefined {
  const path = configPath(surroundings);
  if (path === undefined) return undefined;
  const { text, problem } = readForeign(surroundings, path);
  if (problem !== undefined) return found(path, undefined, undefined, [problem]);
  if (text === undefined) return undefined;
  const config = parsed(text);
  if (config === undefined) return found(path, undefined, undefined, [`${path} does not hold a JSON object`]);

  const problems: string[] = [];
  const apiKey = keyIn(config.api_key, path, problems);
  const baseUrl = apiKey === undefined ? undefined : addressIn(config.base_url, path, problems);
  return found(path, apiKey, baseUrl, problems);
}

/** Where the CLI's settings are. An empty variable counts as unset, as the CLI has it. */
function configPath(surroundings: Surroundings): string | undefined {
  const { RUNAPI_CONFIG_DIR, XDG_CONFIG_HOME } = surroundings.env;
  if (RUNAPI_CONFIG_DIR) return joinPath(surroundings, RUNAPI_CONFIG_DIR, 'config.json');
  if (XDG_CONFIG_HOME) return joinPath(surroundings, XDG_CONFIG_HOME, 'runapi', 'config.json');
  // Under ~/.config on Windows and macOS too.
  return surroundings.home && joinPath(surroundings, surroundings.home, '.config', 'runapi', 'config.json');
}

function found(
  path: string,
  apiKey: string | undefined,
  baseUrl: string | undefined,
  problems: string[],
): FoundKey {
  return {
    apiKey,
    baseUrl,
    source: oneLine(`RunAPI CLI (${path})`),
    problems: problems.map(oneLine),
  };
}

function parsed(text: string): { api_key?: unknown; base_url?: unknown } | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    // V8's message quotes the text around the fault, and that may be the key.
    return undefined;
  }
}

function keyIn(value: unknown, path: string, problems: string[]): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') {
    problems.push(`api_key in ${path} is not text`);
    return undefined;
  }
  const key = value.trim();
  const flaw = keyFlaw(key);
  if (flaw !== undefined) problems.push(`the key in ${path} ${flaw}`);
  return key && flaw === undefined ? key : undefined;
}

function addressIn(value: unknown, path: string, problems: string[]): string | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  const address = typeof value === 'string' ? value.trim() : '';
  if (isWebAddress(address)) return address;
  problems.push(`base_url in ${path} is not an address like https://runapi.ai and was left out`);
  return undefined;
}
