/** Red, green and blue, 0 to 255, as screens take them. */
export type Colour = readonly [number, number, number];

export function colourOf(hex: string): Colour {
  const value = Number.parseInt(hex.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

/** The colour between two, as the eye sees it: mixed in OKLab, so that no grey lies on the way. */
export function mix(from: Colour, to: Colour, share: number): Colour {
  const [a, b] = [labOf(from), labOf(to)];
  return fromLab(between(a[0], b[0], share), between(a[1], b[1], share), between(a[2], b[2], share));
}

/** `rows` colours (three floats each) that run through all stops without a kink. */
export function gradient(stops: readonly Colour[], rows: number): Float32Array {
  const labs = stops.map(labOf);
  const stop = (index: number) => labs[Math.min(Math.max(index, 0), labs.length - 1)] as Colour;
  const column = new Float32Array(rows * 3);
  for (let row = 0; row < rows; row++) {
    const place = (row / Math.max(rows - 1, 1)) * (labs.length - 1);
    const index = Math.floor(place);
    const [before, from, to, after] = [stop(index - 1), stop(index), stop(index + 1), stop(index + 2)];
    const smooth = (channel: 0 | 1 | 2) =>
      throughPoints(before[channel], from[channel], to[channel], after[channel], place - index);
    column.set(fromLab(smooth(0), smooth(1), smooth(2)), row * 3);
  }
  return column;
}

function between(from: number, to: number, share: number): number {
  return from + (to - from) * share;
}

/** Catmull-Rom: a curve through the two middle points. */
function throughPoints(before: number, from: number, to: number, after: number, t: number): number {
  const bend = 2 * before - 5 * from + 4 * to - after;
  return from + 0.5 * t * (to - before + t * (bend + t * (3 * (from - to) + after - before)));
}

// The matrices are those of Björn Ottosson's OKLab, https://bottosson.github.io/posts/oklab/
function labOf([red, green, blue]: Colour): Colour {
  const [r, g, b] = [linear(red), linear(green), linear(blue)];
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

function fromLab(lightness: number, a: number, b: number): Colour {
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    screen(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
    screen(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
    screen(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s),
  ];
}

function linear(value: number): number {
  const share = value / 255;
  return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
}

function screen(light: number): number {
  const share = Math.min(Math.max(light, 0), 1);
  return 255 * (share <= 0.0031308 ? share * 12.92 : 1.055 * share ** (1 / 2.4) - 0.055);
}
