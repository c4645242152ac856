/** Rows of texts as a Markdown table whose columns stand under one another. */
export function table(heads, rows) {
  const widths = heads.map((head, column) =>
    Math.max(...[head, ...rows.map((row) => row[column])].map((cell) => cell.length)),
  );
  const line = (cells) => `| ${cells.map((cell, column) => cell.padEnd(widths[column])).join(' | ')} |`;
  const rule = `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`;
  return [line(heads), rule, ...rows.map(line)].join('\n');
}

/** How often as long as something else it took. */
export function times({ ratio, ours, theirs }, most, theirName) {
  const detail = theirName ? ` (${span(ours)} : ${span(theirs)}, ${theirName})` : '';
  return { goal: `≤ ${most} ×`, figure: `${ratio.toFixed(2)} ×${detail}`, met: ratio <= most };
}

/** Milliseconds for people. */
export function span(milliseconds) {
  return milliseconds < 1000 ? `${milliseconds.toFixed(0)} ms` : `${(milliseconds / 1000).toFixed(1)} s`;
}
