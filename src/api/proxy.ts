import { Failure } from '../errors.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** A proxy to send requests through. */
export interface NamedProxy {
  /** Without user name and password. */
  url: string;
  /** Host and port, for people. */
  host: string;
  /** User name and password; undefined where none is given. */
  credentials: { username: string; password: string } | undefined;
  /** The variable that names it. */
  variable: string;
}

/**
 * The proxy for an address, as curl reads the variables: lower case first, `ALL_PROXY` last, and an empty one masks
 * nothing. An address without a scheme means http. Throws `validation` for one that cannot be used: nothing of it is
 * shown then, because it may hold a password anywhere.
 */
export function proxyFor(url: URL, env: Env): NamedProxy | undefined {
  const own = url.protocol === 'https:' ? ['https_proxy', 'HTTPS_PROXY'] : ['http_proxy', 'HTTP_PROXY'];
  const variable = [...own, 'all_proxy', 'ALL_PROXY'].find((name) => env[name]?.trim());
  if (variable === undefined || isExempt(url, env.no_proxy || env.NO_PROXY || '')) return undefined;
  return parseProxy(env[variable]?.trim() ?? '', variable);
}

const schemes: Readonly<Record<string, string>> = {
  http: 'http',
  https: 'https',
  socks: 'socks5',
  socks5: 'socks5',
  socks5h: 'socks5',
};

function parseProxy(typed: string, variable: string): NamedProxy {
  const form = /^(?:([a-z0-9]+):\/\/)?(?:([^@/?#\s]*)@)?([\w.-]+|\[[\da-f:.]+\])(:\d+)?\/*$/i;
  const [, scheme = 'http', user, host, port = ''] = form.exec(typed) ?? [];
  const known = schemes[scheme.toLowerCase()];
  const url = `${known}://${host}${port}`;
  if (host === undefined || known === undefined || !URL.canParse(url)) {
    throw new Failure('validation', `${variable} is not a usable address of a proxy`, {
      hint: `Write it like http://user:password@host:port, and @ / ? # % in the password as %40 %2F %3F %23 %25`,
    });
  }
  const [username = '', password = ''] = (user ?? '').split(/:(.*)/s).map(unescaped);
  return { url, host: host + port, credentials: user ? { username, password } : undefined, variable };
}

/** People type a `%` as it is, too. */
function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Tells whether `NO_PROXY` names the host: itself, a domain that it is in, or `*` for all. */
function isExempt({ hostname, port, protocol }: URL, list: string): boolean {
  const host = bare(hostname);
  const ownPort = port || (protocol === 'https:' ? '443' : '80');
  return list.split(/[,\s]+/).some((entry) => {
    const [, named = entry, wanted] = /^([^:]+|\[.*\]):(\d+)$/.exec(entry) ?? [];
    const name = bare(named).replace(/^\*?\./, '');
    if (name === '' || (wanted !== undefined && wanted !== ownPort)) return false;
    return name === '*' || host === name || host.endsWith(`.${name}`);
  });
}

function bare(host: string): string {
  return host.toLowerCase().replace(/^\[|\]$/g, '');
}
