import { spawnSync } from 'node:child_process';

/** A program with its words, and how it is started: spawnSync's options. */
export function program(file, words, options = {}) {
  return { file, words, options };
}

/**
 * Runs two programs in turn, A B, B A, …, and times their whole lives. Answers the median of the ratios of each pair,
 * and each one's own median in milliseconds.
 */
export function compare(ours, theirs, rounds) {
  const pairs = [];
  for (const each of [ours, theirs]) lifetime(each); // what is read from disk is in memory from here on
  for (let round = 0; round < rounds; round++) {
    const theirsFirst = round % 2 === 1 && lifetime(theirs);
    const own = lifetime(ours);
    pairs.push({ ours: own, theirs: theirsFirst || lifetime(theirs) });
  }
  return {
    ratio: median(pairs.map((pair) => pair.ours / pair.theirs)),
    ours: median(pairs.map((pair) => pair.ours)),
    theirs: median(pairs.map((pair) => pair.theirs)),
  };
}

/** Milliseconds from a program's start to its end. Throws where it fails: a failure is soon told. */
export function lifetime({ file, words, options }) {
  const start = process.hrtime.bigint();
  const { status, signal, error, stderr } = spawnSync(file, words, {
    timeout: 300_000,
    maxBuffer: 2 ** 28,
    ...options,
  });
  const milliseconds = Number(process.hrtime.bigint() - start) / 1e6;
  if (status !== 0) throw new Error(`${file} ${words.join(' ')}: ${error ?? signal ?? status} ${stderr}`);
  return milliseconds;
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
