/**
 * The strokes of each letter and of each part of a Korean syllable, in hundredths of an em, y upwards from the baseline.
 * `/` lifts the pen, `x,y` is a point of the stroke, `x~y` a control point that bends it (as in TrueType), and a letter
 * repeats the strokes of that letter.
 */
const glyphs = String.raw`
A 0,0 26,70 53,0/9,23 44,23  B 0,36 20,36 41~36 41~0 18,0 0,0 0,70 17,70 36~70 36~36 17,36  C 58,58 50~70 35,70 0~70 0~0 35,0 50~0 58,12
D 0,0 0,70 20,70 54~70 54~0 20,0 0,0  E 38,70 0,70 0,0 38,0/0,36 33,36  F 37,70 0,70 0,0/0,35 32,35
G 58,58 50~70 35,70 0~70 0~0 35,0 63~0 63,35 42,35  H 0,0 0,70/49,0 49,70/0,36 49,36  I 0,0 0,70  J 25,70 25,18 25~0 11,0 3~0 0,9
K 0,0 0,70/41,70 0,28/13,41 45,0  L 0,70 0,0 35,0  M 0,0 0,70 30,22 61,70 61,0  N 0,0 0,70 50,0 50,70  O 35,70 0~70 0~0 70~0 70~70 35,70
P 0,0 0,70 20,70 42~70 42~32 20,32 0,32  Q O/43,18 64,-6  R P/20,32 42,0
S 40,60 34~70 22,70 3~70 3,53 3~41 22,36 43~31 43,18 43~0 22,0 7~0 0,12  T 0,70 49,70/24,70 24,0  U 0,70 0,24 0~0 24,0 48~0 48,24 48,70
V 0,70 26,0 52,70  W 0,70 20,0 40,64 60,0 80,70  X 0,70 47,0/47,70 0,0  Y 0,70 24,33 49,70/24,33 24,0  Z 1,70 45,70 0,0 46,0
a 46,25 46~49 0~49 0~0 46~0 46,25/46,49 46,0  b 0,73 0,0/0,25 0~49 46~49 46~0 0~0 0,25  c 43,40 37~49 24,49 0~49 0~0 24,0 37~0 43,9
d a/46,73 46,0  e 1,26 46,26 46~49 23,49 0~49 0~0 24,0 36~0 43,8  f 24,73 9~76 9,58 9,0/0,48 23,48  g a/46,0 46,-2 46~-21 23,-21 8~-21 2,-12
h n/0,73 0,0  i 0,49 0,0/0,68  j 12,49 12,-8 12~-21 0,-21/12,68  k 0,73 0,0/34,49 0,19/11,29 37,0  l 0,73 0,11 0~0 11,0
m 0,49 0,0/0,31 0~49 17,49 34~49 34,31 34,0/34,31 34~49 51,49 68~49 68,31 68,0  n 0,49 0,0/0,28 0~49 20,49 40~49 40,28 40,0
o 48,25 48~49 0~49 0~0 48~0 48,25  p 0,49 0,-21/0,25 0~49 46~49 46~0 0~0 0,25  q a/46,0 46,-21  r 0,49 0,0/0,27 0~49 22,49
s 31,40 27~49 16,49 2~49 2,37 2~28 16,25 33~21 33,12 33~0 16,0 5~0 0,9  t 9,64 9,13 9~0 24,0/0,48 23,48
u 0,49 0,20 0~0 20,0 40~0 40,20/40,49 40,0  v 0,49 20,0 40,49  w 0,49 16,0 32,45 48,0 64,49  x 0,49 37,0/37,49 0,0  y 0,49 20,0/41,49 12,-21
z 1,49 35,49 0,0 36,0  0 24,70 0~70 0~0 48~0 48~70 24,70  1 0,56 18,70 18,0  2 1,55 3~70 22,70 43~70 43,51 43~38 0,0 44,0
3 2,60 8~70 20,70 38~70 38~36 20,36 14,36/20,36 41~36 41~0 20,0 4~0 0,11  4 34,0 34,70 0,19 45,19
5 38,70 8,70 5,38 12~45 21,45 43~45 43~0 20,0 5~0 0,10  6 34,70 0~45 0,22 0~0 22,0 44~0 44~44 22,44 0~44 0,22  7 0,70 44,70 14,0
8 22,36 3~36 3~70 41~70 41~36 22,36 0~36 0~0 44~0 44~36 22,36  9 44,48 44~26 22,26 0~26 0~70 22,70 44~70 44,48 44~25 10,0  ! 0,70 0,21/.
" '/14,71 14,52  # 12,2 20,68/31,2 39,68/1,24 47,24/4,47 50,47  $ S/22,80 22,-10
% 14,70 0~70 0~39 28~39 28~70 14,70/52,31 38~31 38~0 66~0 66~31 52,31/55,70 11,0
& 51,0 14,44 8~52 8,58 8~70 22,70 36~70 36,58 36~50 20,40 0~30 0,17 0~0 20,0 44~0 49,31  ' 0,71 0,52  ( 15,76 0~54 0,28 0~2 15,-20
) 0,76 15~54 15,28 15~2 0,-20  * 18,76 18,40/2,67 34,49/2,49 34,67  + 0,34 43,34/21,55 21,13  , 3,4 -2,-11  - 0,27 23,27  . 0,1
/ 0,-11 33,76  : ./0,40  ; ,/1,40  < 40,56 0,34 40,12  = 0,43 42,43/0,25 42,25  > 0,56 40,34 0,12
? 0,58 2~70 18,70 37~70 37,53 37~42 28,38 18~32 18,21/18,1
@ 56,26 56~44 40,44 24~44 24~8 40,8 56~8 56,26/56,44 56,19 56~6 68,6 79~6 79,29 79~68 40,68 0~68 0~-15 41,-15 55~-15 65,-9
[ 15,76 0,76 0,-19 15,-19  \ 0,76 33,-11  ] 0,76 15,76 15,-19 0,-19  ^ 0,47 18,70 35,47  _ 0,-11 44,-11
{ 19,76 10~76 10,66 10,40 10~29 0,29 10~29 10,18 10,-9 10~-19 19,-19  | 0,78 0,-20
} 0,76 9~76 9,66 9,40 9~29 19,29 9~29 9,18 9,-9 9~-19 0,-19  ~ 0,30 8~44 21,34 34~24 43,38  · 0,27  … 0,1/23,1/46,1
ㄱ 0,100 96,100 96~50 78,0  ㄴ 4,100 4,0 100,0  ㄷ 96,100 4,100 4,0 100,0  ㄹ 4,100 96,100 96,50 4,50 4,0 100,0  ㅁ 4,100 96,100 96,0 4,0 4,100
ㅂ 6,100 6,0 94,0 94,100/6,50 94,50  ㅅ 49,100 46~40 0,0/51,62 62~24 100,0  ㅇ 50,100 0~100 0~0 100~0 100~100 50,100
ㅈ 4,100 96,100/50,100 46~40 0,0/51,58 62~22 100,0  ㅊ 33,115 67,115/4,80 96,80/50,80 46~34 0,0/51,48 62~20 100,0  ㅋ ㄱ/0,52 93,52
ㅌ ㄷ/4,50 92,50  ㅍ 2,100 98,100/0,0 100,0/31,100 33,0/69,100 67,0  ㅎ 33,118 67,118/2,86 98,86/50,58 12~58 12~0 88~0 88~58 50,58
ㅏ 33,100 33,0/33,52 100,52  ㅐ 20,96 20,4/85,100 85,0/20,52 85,52  ㅑ 33,100 33,0/33,65 100,65/33,37 100,37
ㅒ 20,96 20,4/85,100 85,0/20,65 85,65/20,37 85,37  ㅓ 83,100 83,0/83,52 10,52  ㅔ 46,96 46,4/95,100 95,0/2,52 46,52
ㅕ 83,100 83,0/83,65 10,65/83,37 10,37  ㅖ 46,96 46,4/95,100 95,0/2,65 46,65/2,37 46,37  ㅗ 0,8 100,8/50,8 50,90
ㅛ 0,8 100,8/32,8 32,90/68,8 68,90  ㅜ 0,85 100,85/50,85 50,0  ㅠ 0,85 100,85/32,85 32,0/68,85 68,0  ㅡ 0,45 100,45  ㅣ 60,100 60,0`;

const paths = new Map(glyphs.split(/ {2}|\n/).map((glyph) => [glyph.charAt(0), glyph.slice(2)]));

/** Traces a letter, or a part of a Korean syllable, in straight lines: x1 y1 x2 y2 of each, in ems. */
export function trace(letter: string): number[] {
  const strokes = paths.get(letter)?.split('/') ?? [];
  return strokes.flatMap((stroke) => (stroke.length > 1 ? traceStroke(stroke) : trace(stroke)));
}

function traceStroke(stroke: string): number[] {
  const points = stroke.split(' ').map((point) => {
    const [x = 0, y = 0] = point.split(/[,~]/).map((hundredths) => Number(hundredths) / 100);
    return { x, y, bends: point.includes('~') };
  });
  return points.flatMap((point, index) => {
    const [before = point, after = point] = [points[index - 1], points[index + 1]];
    if (!point.bends) return before.bends ? [] : [before.x, before.y, point.x, point.y];
    // Between two control points the curve passes through their middle.
    const at = (t: number) =>
      (['x', 'y'] as const).map((axis) => {
        const start = before.bends ? (before[axis] + point[axis]) / 2 : before[axis];
        const end = after.bends ? (point[axis] + after[axis]) / 2 : after[axis];
        return start * (1 - t) ** 2 + point[axis] * 2 * t * (1 - t) + end * t ** 2;
      });
    return [0, 1, 2, 3, 4, 5, 6, 7].flatMap((step) => [...at(step / 8), ...at((step + 1) / 8)]);
  });
}

const initials = 'ㄱ ㄱㄱ ㄴ ㄷ ㄷㄷ ㄹ ㅁ ㅂ ㅂㅂ ㅅ ㅅㅅ ㅇ ㅈ ㅈㅈ ㅊ ㅋ ㅌ ㅍ ㅎ'.split(' ');
const vowels = 'ㅏ ㅐ ㅑ ㅒ ㅓ ㅔ ㅕ ㅖ ㅗ ㅗㅏ ㅗㅐ ㅗㅣ ㅛ ㅜ ㅜㅓ ㅜㅔ ㅜㅣ ㅠ ㅡ ㅡㅣ ㅣ'.split(' ');
const finals =
  ' ㄱ ㄱㄱ ㄱㅅ ㄴ ㄴㅈ ㄴㅎ ㄷ ㄹ ㄹㄱ ㄹㅁ ㄹㅂ ㄹㅅ ㄹㅌ ㄹㅍ ㄹㅎ ㅁ ㅂ ㅂㅅ ㅅ ㅅㅅ ㅇ ㅈ ㅊ ㅋ ㅌ ㅍ ㅎ';

/** Composes a Korean syllable of its two to four parts, each in the box where a hand would write it. */
export function traceSyllable(syllable: string): number[] {
  const index = syllable.charCodeAt(0) - 0xac00;
  const [initial = '', vowel = ''] = [initials[Math.floor(index / 588)], vowels[Math.floor(index / 28) % 21]];
  const final = finals.split(' ')[index % 28] ?? '';
  const [lying, upright] = [vowel.replace(/[^ㅗㅛㅜㅠㅡ]/g, ''), vowel.replace(/[ㅗㅛㅜㅠㅡ]/g, '')];
  const [foot, waist, head] = final ? [0.29, 0.45, 0.52] : [0.02, 0.32, 0.4];
  return [
    upright ? inBox(initial, 0.08, 0.49, lying ? head : foot + 0.09, 0.74) : inBox(initial, 0.2, 0.72, head, 0.77),
    inBox(lying, upright ? 0.03 : 0.07, upright ? 0.56 : 0.86, foot, waist),
    inBox(upright, /[ㅓㅕㅔㅖ]/.test(upright) ? 0.52 : 0.58, 0.88, foot - 0.1, 0.8),
    inBox(final, 0.19, 0.8, -0.1, 0.17),
  ].flat();
}

/** Sets parts side by side between the left and the right of a box. */
function inBox(parts: string, left: number, right: number, foot: number, head: number): number[] {
  const step = (right - left + 0.1) / parts.length;
  const across = (value: number, column: number) => left + step * column + value * (step - 0.1);
  const up = (value: number) => foot + value * (head - foot);
  return [...parts].flatMap((part, column) =>
    trace(part).map((value, index) => (index % 2 ? up(value) : across(value, column))),
  );
}
