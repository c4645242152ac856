/**
 * Traces a path as straight strokes, x1 y1 x2 y2 of each. The words of a path are those of `glyphs.ts`; what is 1000
 * there is 1 here, and y goes down.
 */
export function strokesAlong(path: string): number[] {
  const strokes: number[] = [];
  let pen: Point | undefined;
  const drawTo = (x: number, y: number) => {
    if (pen) strokes.push(pen[0], -pen[1], x, -y);
    pen = [x, y];
  };
  for (const [, command, rest = ''] of path.matchAll(/([MLCAD])([^MLCAD]*)/g)) {
    const values = rest
      .trim()
      .split(/\s+/)
      .map((value) => Number(value) / 1000) as unknown as Six;
    if (command === 'M' || command === 'D') pen = undefined;
    if (command === 'C' && pen) curve(pen, values, drawTo);
    else if (command === 'A') arc(values, drawTo);
    // A dot is a ring so small that the pen fills it: a little fatter than a stroke.
    else if (command === 'D') arc([values[0], values[1], 0.014, 0.014, 0, 0.36], drawTo);
    else drawTo(values[0], values[1]);
  }
  return strokes;
}

type Point = readonly [number, number];
type Six = readonly [number, number, number, number, number, number];
type DrawTo = (x: number, y: number) => void;

function arc([x, y, rx, ry, from, to]: Six, drawTo: DrawTo): void {
  const steps = Math.max(2, Math.ceil(Math.abs(to - from) / 0.012));
  for (let step = 0; step <= steps; step++) {
    // Degrees were divided by 1000 with everything else.
    const angle = ((from + ((to - from) * step) / steps) * 1000 * Math.PI) / 180;
    drawTo(x + rx * Math.cos(angle), y + ry * Math.sin(angle));
  }
}

function curve([x, y]: Point, [x1, y1, x2, y2, x3, y3]: Six, drawTo: DrawTo): void {
  for (let step = 1; step <= 10; step++) {
    const t = step / 10;
    const u = 1 - t;
    const [a, b, c, d] = [u * u * u, 3 * u * u * t, 3 * u * t * t, t * t * t];
    drawTo(a * x + b * x1 + c * x2 + d * x3, a * y + b * y1 + c * y2 + d * y3);
  }
}
