/** A span of time, in milliseconds since 1970, including `to`. A date is a whole day. */
export interface Moment {
  from: number;
  to: number;
}

const units: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 24 * 3_600_000, w: 7 * 24 * 3_600_000 };

/**
 * `2026-11-20`, `2026-11-20T14:30` (both local time), `2026-11-20T14:30:00Z`, `today`, `yesterday`, or so long ago:
 * `7d`, `12h`, `2w`. Undefined where it is none of these.
 */
export function parseMoment(typed: string, now: number): Moment | undefined {
  const text = typed.trim();
  const today = new Date(now);
  const day = (offset: number): Moment => wholeDay(today.getFullYear(), today.getMonth(), today.getDate() + offset);
  if (text === 'today') return day(0);
  if (text === 'yesterday') return day(-1);
  const [, amount, unit] = /^(\d{1,6})([mhdw])$/.exec(text) ?? [];
  if (amount !== undefined && unit !== undefined) return instant(now - Number(amount) * (units[unit] ?? 0));
  const [date, year, month, dayOfMonth, rest] = /^(\d{4})-(\d\d)-(\d\d)([T ].+)?$/.exec(text) ?? [];
  if (date === undefined || !isDate(Number(year), Number(month), Number(dayOfMonth))) return undefined;
  if (rest === undefined) return wholeDay(Number(year), Number(month) - 1, Number(dayOfMonth));
  return instant(Date.parse(text.replace(' ', 'T')));
}

/** Writes the user's own day: `2026-03-02`. */
export function localDay(at: number): string {
  const date = new Date(at);
  const parts = [date.getFullYear(), date.getMonth() + 1, date.getDate()];
  return parts.map((part, index) => String(part).padStart(index === 0 ? 4 : 2, '0')).join('-');
}

function wholeDay(year: number, month: number, day: number): Moment {
  return { from: new Date(year, month, day).getTime(), to: new Date(year, month, day + 1).getTime() - 1 };
}

function instant(at: number): Moment | undefined {
  return Number.isNaN(at) ? undefined : { from: at, to: at };
}

/** Checks a date: `Date` itself turns the 31st of February into a day in March. */
function isDate(year: number, month: number, day: number): boolean {
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}
