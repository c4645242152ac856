import { expect, test } from 'vitest';
import { afterAnswer, type CallRate, unlimited } from '../../src/api/call-rate.ts';

const cutRate: CallRate = { ...unlimited, perSecond: 20, onTrial: 20, cutAt: 0, grownAt: 0 };
const limited: CallRate = { ...cutRate, limited: true, onTrial: 0 };

/** The rate after answers that come 10 ms apart; `x` is a refusal, `.` a pass. */
function after(answers: string, from = unlimited, start = 1000, passedLately = 40): CallRate {
  return [...answers].reduce(
    (rate, each, index) => afterAnswer(rate, { refused: each === 'x', now: start + index * 10, passedLately }),
    from,
  );
}

test.each<[string, CallRate, number]>([
  ['a few refusals change nothing', after('xxxxxxxxx'), Number.POSITIVE_INFINITY],
  ['a fifth of all calls changes nothing', after('x....'.repeat(100)), Number.POSITIVE_INFINITY],
  ['half of all calls cuts it to what passed', after('x.'.repeat(20)), 38],
  ['where little passed the first cut is careful', after('xxxxxxxxxx', unlimited, 1000, 1), 5],
  ['a refusal of a call that left before the cut is passed over', after('x'.repeat(40), cutRate, 0), 20],
  ['a cut that was not deep enough is followed by another', after('x'.repeat(10), cutRate, 600), 15],
  ['it never ends', after('xxxxx', { ...limited, perSecond: 0.5 }), 0.5],
  ['below a limit a few refusals cut it', after('....x'.repeat(5), { ...limited, grownAt: 1000 }), 17.4],
  ['below a limit it grows slowly', after('.', limited, 3000), 20.6],
  ['and faster when the limit is long past', after('.', { ...limited, grownAt: 29_000 }, 30_000), 26],
  ['a refusal holds it', after('x.', limited, 3000), 20],
  ['without a limit it grows fast', after('x.', cutRate), 30],
  ['a high rate is none', after('.', { ...limited, perSecond: 499 }, 3000), Number.POSITIVE_INFINITY],
])('%s', (_, { perSecond }, expected) => {
  expect(perSecond).toBeCloseTo(expected, 6);
});

test.each([
  ['twenty passes after a cut prove a limit', '.'.repeat(20), true],
  ['nineteen do not yet', '.'.repeat(19), false],
  ['a refusal among them says that it was chance', `${'.'.repeat(10)}x${'.'.repeat(20)}`, false],
])('%s', (_, answers, proven) => {
  expect(after(answers, cutRate).limited).toBe(proven);
});
