import type { Context } from '../../context.ts';
import { Failure } from '../../errors.ts';
import { broken, type Check, warning, well } from './check.ts';
import type { KeysFound } from './keys.ts';
import { checkProxy } from './proxy.ts';

/** Where the service is, as far as it can be told without asking it. */
export interface Route {
  checks: Check[];
  /** Undefined where it cannot be asked. */
  base: string | undefined;
}

/** The address and why it is that one, the form of its API, and the way to it. */
export async function checkRoute(context: Context, keys: KeysFound): Promise<Route> {
  try {
    const { base, source } = await context.address();
    const proxy = checkProxy(context, base);
    const checks = [
      well('address', `${base}, from ${source}`),
      ...checkHermesAddress(base, keys),
      well('api', apiForm(context, base)),
      proxy,
    ];
    return { checks, base: proxy.state === 'error' ? undefined : base };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { checks: [broken('address', error)], base: undefined };
  }
}

function checkHermesAddress(base: string, { used, hermes }: KeysFound): Check[] {
  const other = hermes?.baseUrl?.replace(/\/+$/, '').replace(/(?:\/api)?\/v1$/, '');
  if (!other || other === base || hermes?.apiKey !== used?.apiKey) return [];
  return [
    warning(
      'address',
      `Hermes Agent sends the same key to ${other}`,
      'If that is the right one, set RUNAPI_BASE_URL or: runapi-imagen config set base-url',
    ),
  ];
}

function apiForm({ stored, memory }: Context, base: string): string {
  const set = stored.settings.api;
  if (set !== undefined && set !== 'auto') return `the ${set} form (setting api)`;
  const { dialect } = memory.recall(base);
  return dialect
    ? `the ${dialect} form, as earlier calls found`
    : 'not known yet: found out with the first picture';
}
