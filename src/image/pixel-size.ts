import { Damage } from './byte-walk.ts';

/** The size as a file states it, refused when it has no area. Every format reads its own fields. */
export function pixelSize(width: number, height: number): PixelSize {
  if (width < 1 || height < 1) throw new Damage(`it says it is ${width} × ${height} pixels`);
  return { width, height };
}

/** In pixels, as stored: rotation in EXIF or `irot` is not applied. */
export interface PixelSize {
  width: number;
  height: number;
}
