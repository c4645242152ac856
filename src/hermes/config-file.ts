import { isObject } from '../json.ts';
import { parseYaml } from '../yaml.ts';

/** The settings as plain values, or one line of what is wrong with them, to follow the file's name. */
export type ParsedConfig = { settings: Record<string, unknown> } | { fault: string };

/** Parses Hermes' `config.yaml` as its own parser (PyYAML, so YAML 1.1) would. Never throws. */
export function parseConfig(text: string): ParsedConfig {
  const parsed = parseYaml(text, '1.1');
  if ('fault' in parsed) return parsed;
  return isObject(parsed.value)
    ? { settings: parsed.value }
    : { fault: 'holds no settings: it should be a map of names' };
}
