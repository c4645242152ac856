import type { Surroundings } from '../../src/world.ts';

/** A machine in memory: a text is a file, an error code a file that cannot be read. */
export function machine(
  files: Record<string, string | { code: string }>,
  rest: Partial<Omit<Surroundings, 'readText'>> = {},
): Surroundings {
  const disk = new Map(Object.entries(files));
  return {
    env: {},
    platform: 'linux',
    home: '/home/u',
    ...rest,
    readText(path) {
      const file = disk.get(path);
      if (typeof file === 'object') throw Object.assign(new Error('said by the disk'), file);
      return file;
    },
  };
}
