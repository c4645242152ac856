import type { PixelSize } from './pixel-size.ts';
import type { Pixels } from './pixels.ts';

/** A picture at a smaller size, each pixel the mean of those that it stands for. What is transparent becomes black. */
export function shrink(picture: Pixels, to: PixelSize): Pixels {
  const data = new Uint8Array(to.width * to.height * 4).fill(255);
  for (let y = 0; y < to.height; y++) {
    const rows = span(y, to.height, picture.height);
    for (let x = 0; x < to.width; x++) {
      const columns = span(x, to.width, picture.width);
      for (let channel = 0; channel < 3; channel++) {
        data[(y * to.width + x) * 4 + channel] = mean(picture, rows, columns, channel);
      }
    }
  }
  return { ...to, data };
}

interface Span {
  from: number;
  end: number;
}

/** The pixels along one edge that the one at `position` stands for: at least one. */
function span(position: number, size: number, full: number): Span {
  const from = Math.floor((position * full) / size);
  return { from, end: Math.max(from + 1, Math.floor(((position + 1) * full) / size)) };
}

function mean({ width, data }: Pixels, rows: Span, columns: Span, channel: number): number {
  let sum = 0;
  for (let row = rows.from; row < rows.end; row++) {
    for (let column = columns.from; column < columns.end; column++) {
      const at = (row * width + column) * 4;
      sum += ((data[at + channel] ?? 0) * (data[at + 3] ?? 0)) / 255;
    }
  }
  return Math.round(sum / ((rows.end - rows.from) * (columns.end - columns.from)));
}
