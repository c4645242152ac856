import type { ImageRequest } from '../request/request.ts';

/** How one picture differs from the others of its call; undefined where it does not. */
export interface Difference {
  /** For people: `imagen-4-fast · seed 1 · 2 of 3`. */
  label: string | undefined;
  /** For the default file name: `{model}-{seed}-2`. */
  mark: string | undefined;
}

/** Collects all pictures of a call, then names the differences of each. */
export function noteDifferences() {
  const models = new Set<string>();
  const seeds = new Set<number | undefined>();
  const repeats = new Map<string, number>();
  const names = new Set<string>();
  return {
    /** @param name is the same for requests that are repeated */
    note({ model, seed }: ImageRequest, name: string): void {
      models.add(model);
      if (seeds.size < 2) seeds.add(seed); // a batch may have very many
      if (names.has(name)) repeats.set(name, (repeats.get(name) ?? 1) + 1);
      names.add(name);
    },
    /** @param nth counts the pictures of that name from 1 */
    of({ model, seed }: ImageRequest, name: string, nth: number): Difference {
      const count = repeats.get(name);
      const facts = [
        models.size > 1 && [model, '{model}'],
        seeds.size > 1 && seed !== undefined && [`seed ${seed}`, '{seed}'],
        count !== undefined && [`${nth} of ${count}`, String(nth)],
      ].filter((fact) => fact !== false);
      if (facts.length === 0) return { label: undefined, mark: undefined };
      return { label: facts.map(([text]) => text).join(' · '), mark: facts.map(([, word]) => word).join('-') };
    },
  };
}
