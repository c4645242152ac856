import { isLoopback } from '../../api/base-url.ts';
import { proxyFor } from '../../api/proxy.ts';
import type { Context } from '../../context.ts';
import { Failure } from '../../errors.ts';
import { broken, type Check, well } from './check.ts';

/** Which proxy the calls of that address would take. Its password is not told. */
export function checkProxy({ world: { env } }: Context, base: string): Check {
  const { protocol, hostname } = new URL(base);
  const proxy = isLoopback(hostname) ? undefined : proxyFor(protocol, env);
  if (proxy === undefined) return well('proxy', 'none');
  if (!URL.canParse(proxy)) {
    return broken('proxy', new Failure('validation', 'the proxy is not a usable address', { hint: mend }));
  }
  const exceptions = env.no_proxy || env.NO_PROXY;
  return well('proxy', `${new URL(proxy).host}${exceptions ? `, but not for ${exceptions}` : ''}`);
}

const mend = 'Mend HTTPS_PROXY / HTTP_PROXY, or unset it';
