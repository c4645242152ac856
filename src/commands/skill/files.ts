import { join } from 'node:path';
import type { Context } from '../../context.ts';
import { joinPath } from '../../disk/surroundings.ts';
import type { Place } from './chosen.ts';
import { skillName } from './frontmatter.ts';
import { backendFiles, backendName } from './image-backend.ts';
import { skillText } from './skill-text.ts';

/** A file as this version would write it. */
export interface WantedFile {
  path: string;
  text: string;
}

export function skillFile(context: Context, place: Place): WantedFile {
  return { path: join(place.skills, skillName, 'SKILL.md'), text: skillFor(context, place) };
}

export function skillFor({ world }: Context, { target, home }: Pick<Place, 'target' | 'home'>): string {
  const images = home === undefined ? undefined : joinPath(world, home, 'cache', 'images');
  const run = world.calledAs.startsWith('npx') ? 'npx -y runapi-imagen' : 'runapi-imagen';
  return skillText({ target, run, images: target === 'hermes' ? images : undefined });
}

/** The image backend in a Hermes home. */
export function backendIn({ world }: Context, home: string): WantedFile[] {
  const folder = join(home, 'plugins', 'image_gen', backendName);
  return Object.entries(backendFiles(world.invocation)).map(([name, text]) => ({
    path: join(folder, name),
    text,
  }));
}
