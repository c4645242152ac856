import { trace } from './alphabet.ts';

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
