/** A cent in the smallest amount that the service settles: whole numbers, so that nothing is rounded on the way. */
const microCentsPerCent = 1_000_000;
const decimals = 8;

/** Cents beyond this cannot be counted exactly: no price and no balance is like that. */
export const mostCents = Number.MAX_SAFE_INTEGER / microCentsPerCent;

/** `0.5`, `.25` or `$1` as micro-cents, exactly; undefined for anything else, or for more than eight decimals. */
export function parseDollars(text: string): number | undefined {
  const [, whole = '', part = ''] = /^\$?(\d*)(?:\.(\d*))?$/.exec(text.trim()) ?? [];
  if (whole + part === '' || /[^0]/.test(part.slice(decimals))) return undefined;
  const amount = Number(whole + part.slice(0, decimals).padEnd(decimals, '0'));
  return Number.isSafeInteger(amount) ? amount : undefined;
}

/** The service's cents as micro-cents. */
export function microCents(cents: number): number {
  return Math.round(cents * microCentsPerCent);
}

/** `8` cents as `$0.08`, with more decimals only where the amount has them; another currency by its name. */
export function amountText(cents: number, currency = 'USD'): string {
  return microCentsText(microCents(cents), currency);
}

export function microCentsText(amount: number, currency = 'USD'): string {
  const digits = String(Math.abs(amount)).padStart(decimals + 1, '0');
  const part = digits.slice(-decimals).replace(/0{1,6}$/, '');
  const sign = amount < 0 ? '-' : '';
  return `${sign}${currency === 'USD' ? '$' : `${currency} `}${digits.slice(0, -decimals)}.${part}`;
}
