const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, '': 1000 };

/** The longest wait that is accepted: seven days, the life of a picture. */
const longestMs = 7 * 24 * 3_600_000;

/** `90s`, `15m`, `1h30m`, `500ms`, or bare seconds, as milliseconds; undefined where it is none of these. */
export function parseDuration(text: string): number | undefined {
  const parts = [...text.trim().matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|)/gy)];
  if (parts.length === 0 || parts.map(([whole]) => whole).join('') !== text.trim()) return undefined;
  if (parts.length > 1 && parts.some(([, , unit]) => unit === '')) return undefined;
  const total = parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * (units[unit ?? ''] ?? 0), 0);
  return Math.min(total, longestMs);
}

/** `8123` as `8.1s`, `95000` as `1m 35s`: for people. */
export function formatDuration(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)}s`;
  const whole = Math.round(seconds);
  if (seconds < 60) return `${whole}s`;
  const parts = { h: Math.floor(whole / 3600), m: Math.floor((whole % 3600) / 60), s: whole % 60 };
  const told = Object.entries(parts).filter(([, amount]) => amount > 0);
  return told.map(([unit, amount]) => `${amount}${unit}`).join(' ');
}
