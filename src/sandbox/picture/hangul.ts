import { strokesAlong } from './pen.ts';

/** Korean is written in syllables: each is composed here from its two to four parts, as a hand would place them. */
export function syllableStrokes(syllable: string): number[] {
  const index = syllable.charCodeAt(0) - first;
  const initial = initials.charAt(Math.floor(index / 588));
  const vowel = vowels[Math.floor((index % 588) / 28)] ?? '';
  const final = finals[index % 28] ?? '';
  const [across, upright] = [vowel.replace(/[^ㅗㅛㅜㅠㅡ]/g, ''), vowel.replace(/[ㅗㅛㅜㅠㅡ]/g, '')];
  const low = final ? 0.29 : 0.02;
  const strokes: number[] = [];
  const place = (parts: string, box: Box) => strokes.push(...inBox(parts, box));
  if (across && upright) {
    place(initial, [0.08, 0.5, final ? 0.51 : 0.4, 0.76]);
    place(across, [0.03, 0.56, low, final ? 0.44 : 0.32]);
  } else if (across) {
    place(initial, [0.2, 0.72, final ? 0.53 : 0.4, 0.77]);
    place(across, [0.07, 0.86, low, final ? 0.46 : 0.32]);
  } else place(initial, [0.08, 0.48, final ? 0.38 : 0.1, final ? 0.74 : 0.67]);
  if (upright) place(upright, [/[ㅓㅕㅔㅖ]/.test(upright) ? 0.52 : 0.58, 0.88, final ? 0.28 : -0.1, 0.8]);
  place(final, [0.19, 0.8, -0.1, 0.17]);
  return strokes;
}

export function isSyllable(character: string): boolean {
  return /^[가-힣]$/.test(character);
}

const first = '가'.charCodeAt(0);
const initials = 'ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ';
const vowels = 'ㅏ ㅐ ㅑ ㅒ ㅓ ㅔ ㅕ ㅖ ㅗ ㅗㅏ ㅗㅐ ㅗㅣ ㅛ ㅜ ㅜㅓ ㅜㅔ ㅜㅣ ㅠ ㅡ ㅡㅣ ㅣ'.split(' ');
const finals =
  ' ㄱ ㄲ ㄱㅅ ㄴ ㄴㅈ ㄴㅎ ㄷ ㄹ ㄹㄱ ㄹㅁ ㄹㅂ ㄹㅅ ㄹㅌ ㄹㅍ ㄹㅎ ㅁ ㅂ ㅂㅅ ㅅ ㅆ ㅇ ㅈ ㅊ ㅋ ㅌ ㅍ ㅎ'.split(
    ' ',
  );
const doubled: Readonly<Record<string, string>> = {
  ㄲ: 'ㄱㄱ',
  ㄸ: 'ㄷㄷ',
  ㅃ: 'ㅂㅂ',
  ㅆ: 'ㅅㅅ',
  ㅉ: 'ㅈㅈ',
};

/** Each part fills a box of 1000 by 1000. */
const parts: Readonly<Record<string, string>> = {
  ㄱ: 'M0 1000 L960 1000 C960 600 900 300 780 0',
  ㄴ: 'M40 1000 L40 0 L1000 0',
  ㄷ: 'M960 1000 L40 1000 L40 0 L1000 0',
  ㄹ: 'M40 1000 L960 1000 L960 500 L40 500 L40 0 L1000 0',
  ㅁ: 'M40 1000 L960 1000 L960 0 L40 0 L40 1000',
  ㅂ: 'M60 1000 L60 0 L940 0 L940 1000 M60 500 L940 500',
  ㅅ: 'M490 1000 C480 520 300 180 0 0 M505 640 C600 330 780 120 1000 0',
  ㅇ: 'A500 500 480 500 0 360',
  ㅈ: 'M40 1000 L960 1000 M500 1000 C480 520 300 180 0 0 M505 600 C600 310 780 110 1000 0',
  ㅊ: 'M330 1120 L670 1120 M40 780 L960 780 M500 780 C480 420 300 150 0 0 M505 450 C600 240 780 90 1000 0',
  ㅋ: 'M0 1000 L960 1000 C960 600 900 300 780 0 M0 520 L920 520',
  ㅌ: 'M960 1000 L40 1000 L40 0 L1000 0 M40 500 L920 500',
  ㅍ: 'M20 1000 L980 1000 M0 0 L1000 0 M310 1000 L330 0 M690 1000 L670 0',
  ㅎ: 'M330 1150 L670 1150 M20 830 L980 830 M500 570 A500 285 350 285 90 450',
  ㅏ: 'M330 1000 L330 0 M330 520 L1000 520',
  ㅑ: 'M330 1000 L330 0 M330 650 L1000 650 M330 370 L1000 370',
  ㅓ: 'M830 1000 L830 0 M830 520 L100 520',
  ㅕ: 'M830 1000 L830 0 M830 650 L100 650 M830 370 L100 370',
  ㅣ: 'M600 1000 L600 0',
  ㅐ: 'M200 960 L200 40 M850 1000 L850 0 M200 520 L850 520',
  ㅒ: 'M200 960 L200 40 M850 1000 L850 0 M200 650 L850 650 M200 370 L850 370',
  ㅔ: 'M460 960 L460 40 M950 1000 L950 0 M460 520 L20 520',
  ㅖ: 'M460 960 L460 40 M950 1000 L950 0 M460 650 L20 650 M460 370 L20 370',
  ㅗ: 'M0 80 L1000 80 M500 80 L500 900',
  ㅛ: 'M0 80 L1000 80 M320 80 L320 900 M680 80 L680 900',
  ㅜ: 'M0 850 L1000 850 M500 850 L500 0',
  ㅠ: 'M0 850 L1000 850 M320 850 L320 0 M680 850 L680 0',
  ㅡ: 'M0 450 L1000 450',
};

/** Left, right, foot and head in ems, upwards from the baseline. */
type Box = readonly [number, number, number, number];

/** Parts of one place stand side by side and share its width. */
function inBox(letters: string, [left, right, foot, head]: Box): number[] {
  const sides = Array.from(doubled[letters] ?? letters);
  const gap = 0.1;
  const width = (right - left - gap * (sides.length - 1)) / sides.length;
  return sides.flatMap((side, index) =>
    strokesAlong(parts[side] ?? '').map((value, at) =>
      at % 2 === 0 ? left + index * (width + gap) + value * width : -foot + value * (head - foot),
    ),
  );
}
