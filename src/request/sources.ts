import type { Source } from './parse-fields.ts';

/** Fields that flags and settings know by a shorter name. */
const shortNames: Readonly<Record<string, string>> = {
  aspectRatio: 'ratio',
  negativePrompt: 'negative',
  images: 'image',
};

function shortName(field: string): string {
  return shortNames[field] ?? field;
}

/** Flags as they were typed. */
export function flagSource(flags: object): Source {
  const given = givenIn(flags);
  return {
    value: (field) => given.get(shortName(field)),
    name: (field) => flagOf(field).replace('--', given.get(field) === false ? '--no-' : '--'),
  };
}

export function flagOf(field: string): string {
  return `--${kebab(shortName(field))}`;
}

/** Settings, which count where no flag does; `models.NAME.ratio` counts for that model alone. */
export function settingSource(settings: object, prefix = ''): Source {
  const given = givenIn(settings);
  const own = (field: string): string => prefix + shortName(field);
  return {
    value: (field) => given.get(own(field)),
    name: (field) => `setting ${shownSetting(own(field))}`,
    changedBy: (field) => `config set ${shownSetting(own(field))}`,
    ofModel(model) {
      const isOwn = [...given.keys()].some((name) => name.startsWith(`models.${model}.`));
      return prefix === '' && isOwn ? settingSource(settings, `models.${model}.`) : undefined;
    },
  };
}

/** A request that was made before. */
export function requestSource(request: object, where: string): Source {
  const given = givenIn(request);
  return { value: (field) => given.get(field), name: (field) => `${kebab(shortName(field))} of ${where}` };
}

/** The arguments of a tool, or the columns of a row, which have names of their own for some fields. */
export function namedSource(values: object, names: Readonly<Record<string, string>> = {}): Source {
  const given = givenIn(values);
  const nameOf = (field: string): string => names[field] ?? field;
  return { value: (field) => given.get(nameOf(field)), name: nameOf };
}

/** Clients of some agents send null for what is not given. */
function givenIn(values: object): ReadonlyMap<string, unknown> {
  return new Map(Object.entries(values).filter(([, value]) => value !== null && value !== undefined));
}

/** How the command line writes the name of a setting. The name of a model stays as it is. */
export function shownSetting(name: string): string {
  return name.startsWith('models.') ? name : kebab(name);
}

/** How the command line writes the name of a flag. */
export function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
