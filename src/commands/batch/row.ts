/** One row of a batch file, with its fields as texts. */
export interface Row {
  /** From 1, counting rows. */
  number: number;
  /** Where it begins in the file, from 1. */
  line: number;
  fields: Readonly<Record<string, string>>;
  /** What is wrong with the row as such. */
  flaw?: string;
}

const fieldNames: Readonly<Record<string, string>> = {
  prompt: 'prompt',
  model: 'model',
  ratio: 'ratio',
  aspectratio: 'ratio',
  negative: 'negative',
  negativeprompt: 'negative',
  seed: 'seed',
  count: 'count',
  n: 'count',
  output: 'output',
  callbackurl: 'callbackUrl',
  id: 'id',
};

/** The names that may be written as keys or column heads. */
export const knownFields: readonly string[] = [
  'prompt',
  'model',
  'ratio',
  'negative',
  'seed',
  'count',
  'output',
  'callback_url',
  'id',
];

/** `aspect_ratio`, `aspectRatio` and `Aspect-Ratio` are one field; undefined for one that is not known. */
export function fieldName(typed: string): string | undefined {
  const bare = typed.trim().toLowerCase().replace(/[-_ ]/g, '');
  return Object.hasOwn(fieldNames, bare) ? fieldNames[bare] : undefined;
}
