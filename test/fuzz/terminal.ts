import fc from 'fast-check';
import { plainText } from '../../src/api/problem.ts';
import { createRedactor, oneLine } from '../../src/api-key.ts';
import { jsonLine } from '../../src/json.ts';
import { failureText } from '../../src/report/human.ts';
import { plainColours } from '../../src/terminal/colours.ts';
import { columnsOf, fitted } from '../../src/terminal/columns.ts';
import { printable, shortened } from '../../src/terminal/printable.ts';
import { key, oddText } from './odd-json.ts';
import { ensure, target } from './target.ts';

const unsafe = /[\p{Cc}\p{Bidi_Control}\u2028\u2029]/u;
const { keep, redact } = createRedactor();
keep(key);
keep('rk_"q"\\/0123');

export const terminalTargets = [
  target('text for a terminal', 5, fc.tuple(oddText, fc.nat(60)), ([text, columns]) => {
    const shown = printable(text);
    ensure(!unsafe.test(shown) && printable(shown) === shown, JSON.stringify(shown));
    ensure(!unsafe.test(oneLine(text)) && !unsafe.test(plainText(text)), 'a line is one line');
    ensure([...shortened(text, 48)].length <= 48, 'it is shortened');
    if (text.length < 200)
      // Some letters of Indic scripts take the space behind them into their cluster.
      ensure([1, 2].includes(columnsOf(fitted(text, columns + 2)) - columns), 'it fills its columns');
    const error = {
      code: 'x',
      message: text,
      hint: text,
      status: null,
      request_id: text,
      retryable: false,
      details: text,
    };
    const told = failureText(error, plainColours, text);
    ensure(told.split('\n').length <= 3 && !unsafe.test(told.replaceAll('\n', '')), JSON.stringify(told));
    ensure(!unsafe.test(jsonLine(error).replaceAll(/\p{Bidi_Control}/gu, '')), 'its JSON is one line');
  }),
  target(
    'secrets',
    10,
    fc.array(fc.oneof(oddText, fc.constantFrom(key, 'rk_"q"\\/0123')), { maxLength: 6 }),
    (parts) => {
      const text = parts.join('');
      for (const form of [text, JSON.stringify(text), JSON.stringify({ a: JSON.stringify(text) })]) {
        ensure(!redact(form).includes(key) && !redact(form).includes('rk_"q'), 'no key is told');
      }
    },
  ),
];
