import type { GalleryPicture } from './picture.ts';

type Size = Pick<GalleryPicture, 'width' | 'height'>;

/** Names the shape of a picture, so that the style sheet can tell it: an element has no style of its own. */
export function shapeName({ width, height }: Size): string {
  return `${width}x${height}`;
}

/** A rule for each shape among the pictures: `--shape` is its width divided by its height. */
export function shapeRules(pictures: readonly Size[]): string {
  const rules = new Map<string, string>();
  for (const picture of pictures) {
    const shape = Math.min(8, Math.max(1 / 8, picture.width / picture.height)).toFixed(4);
    rules.set(shapeName(picture), `[data-shape="${shapeName(picture)}"]{--shape:${shape}}`);
  }
  return [...rules.values()].join('');
}
