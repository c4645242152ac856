import { posix } from 'node:path';
import fc from 'fast-check';
import { splitWords } from '../../src/command-line/read-words.ts';
import { numbered, safeFileName, shortId, slug } from '../../src/image/file-name.ts';
import { picturePath } from '../../src/image/template.ts';
import { didYouMean } from '../../src/near-miss.ts';
import { parseShard } from '../../src/paid-task/row-key.ts';
import { isModelName, models } from '../../src/request/models.ts';
import { parseRequests } from '../../src/request/request.ts';
import { namedSource } from '../../src/request/sources.ts';
import { parseDuration } from '../../src/task/duration.ts';
import { parseMoment } from '../../src/task/moment.ts';
import { parseDollars } from '../../src/task/money.ts';
import { parseSize } from '../../src/task/size.ts';
import { mutatedText } from './mutate.ts';
import { oddText } from './odd-json.ts';
import { ensure, target } from './target.ts';

const amounts = ['90s', '1h30m', '500ms', '15', '1.5m', '10MB', '1500000', '$0.08', '.25', '7d', '2/5'];
const moments = ['2026-11-20', '2026-11-20T14:30', '2026-11-20 14:30:00Z', 'today', '12h', '2w', '0099-02-29'];
const prompts = ['mug with HELLO', '커피 머그', 'a/b\\c: "d"', 'CON', '..', 'é'.repeat(90), '👩‍👩‍👧 x️⃣', 'aux.png'];
const outputs = ['{prompt}-{task}.{ext}', 'shots/{date}/{index}.png', '{model}{{x}}', 'a', '{ratio}-{seed}', '-'];

export const wordTargets = [
  target('durations, sizes, moments, prices', 24, fc.oneof(mutatedText([...amounts, ...moments]), oddText), (text) => {
    const duration = parseDuration(text);
    ensure(duration === undefined || (duration >= 0 && duration <= 7 * 24 * 3_600_000), `${duration} ms`);
    const size = parseSize(text);
    ensure(size === undefined || (Number.isSafeInteger(size) && size > 0), `${size} bytes`);
    const dollars = parseDollars(text);
    ensure(dollars === undefined || (Number.isSafeInteger(dollars) && dollars >= 0), `${dollars} micro-cents`);
    const moment = parseMoment(text, Date.UTC(2026, 10, 20));
    ensure(moment === undefined || moment.from <= moment.to, `${moment?.from} is before ${moment?.to}`);
    const shard = parseShard(text);
    ensure(shard === undefined || (shard.index >= 1 && shard.index <= shard.of), 'a shard is one of them');
  }),
  target(
    'models, ratios, seeds',
    6,
    fc.record({
      prompt: fc.oneof(fc.constantFrom(...prompts), oddText),
      model: fc.oneof(mutatedText(['imagen-4', 'fast,ultra', 'imagen-4-ultra']), oddText),
      aspectRatio: fc.oneof(mutatedText(['16:9', 'auto', '4x3']), oddText),
      seed: fc.oneof(mutatedText(['7', '-1,2', '9007199254740993']), oddText),
      callbackUrl: fc.oneof(mutatedText(['https://x.test/']), oddText),
    }),
    (words) => {
      const problems: string[] = [];
      const requests = parseRequests([namedSource(words)], problems);
      ensure((requests === undefined) === problems.length > 0, 'there are requests or problems');
      for (const request of requests ?? []) {
        ensure(isModelName(request.model), request.model);
        ensure(request.prompt === words.prompt.trim(), 'the prompt is sent as it was typed');
        ensure(Number.isSafeInteger(request.seed), `${request.seed} is a seed`);
      }
    },
  ),
  target(
    'flags',
    10,
    fc.array(
      fc.oneof(fc.constantFrom('-n', '-', '--', '--json', '--ratio', '-o-', '--ratio=1', '-5', '-qd'), oddText),
      { maxLength: 8 },
    ),
    (words) => {
      const takes: Record<string, boolean> = { '-n': true, '--ratio': true, '--json': false, '-q': false, '-d': true };
      const takesValue = (flag: string) => (Object.hasOwn(takes, flag) ? takes[flag] : undefined);
      const parts = splitWords(words, takesValue, (flag) => flag);
      ensure(parts.length <= words.join(' ').length + words.length, 'no word is made up');
      for (const word of words) didYouMean(word, ['--json', '--ratio', 'imagen-4']);
    },
  ),
  target(
    'prompt to file name',
    1.5,
    fc.record({
      prompt: fc.oneof(mutatedText(prompts), oddText),
      task: fc.oneof(mutatedText(['tsk_abc123', '0196a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b']), oddText),
      model: fc.oneof(fc.constantFrom(...models), oddText),
      ratio: fc.oneof(fc.constantFrom(undefined, '16:9'), oddText),
      seed: fc.integer(),
      date: fc.constant('2026-11-20'),
      index: fc.nat(),
      ext: fc.constantFrom('png', 'jpg'),
      output: fc.oneof(fc.constantFrom(...outputs), mutatedText(outputs)),
      picture: fc.nat(20),
      attempt: fc.nat(20),
    }),
    ({ output, picture, attempt, ...values }) => {
      const path = picturePath({ output: '' }, values, { picture, attempt });
      ensure(posix.dirname(posix.resolve('/in', path)) === '/in', `${path} stays in the folder`);
      ensureName(path);
      for (const name of [safeFileName(values.prompt), numbered(safeFileName(values.task), attempt)]) ensureName(name);
      ensure(safeFileName(safeFileName(values.prompt)) === safeFileName(values.prompt), 'twice is as once');
      ensure(slug(values.prompt) !== '' && shortId(values.task) !== '', 'a name is never empty');
      const typed = picturePath({ output }, values, { picture, attempt });
      // Folders that the user typed are the user's own; what words stand for makes none.
      const depth = output.split(/[/\\]/).length + 1;
      ensure(typed.split('/').length <= depth, `${typed} has no folder that was not typed`);
    },
  ),
];

function ensureName(name: string): void {
  ensure(Buffer.byteLength(name) <= 255 - 24, `${name} is short enough`);
  ensure(!/[/\\\p{Cc}\p{Cs}\p{Bidi_Control}:*?"<>|]/u.test(name), `${JSON.stringify(name)} is safe`);
  ensure(!/^[-.]|^$|[. ]$/.test(name), `${JSON.stringify(name)} is a plain name`);
}
