import { Failure } from '../errors.ts';
import type { NamedProxy } from './proxy.ts';

/** Nobody answered, or not to the end. */
export class NetworkFault extends Failure {
  /** No byte of the request can have reached the server: nothing was bought. */
  readonly neverSent: boolean;

  constructor(message: string, neverSent: boolean, facts: ConstructorParameters<typeof Failure>[2] = {}) {
    super('network', message, facts);
    this.neverSent = neverSent;
  }
}

/** By Node's codes, and undici's without their UND_ERR_. */
const unreachable: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'refused the connection',
  ENOTFOUND: 'has no address (DNS)',
  EAI_AGAIN: 'could not be looked up (DNS)',
  EHOSTUNREACH: 'cannot be reached',
  ENETUNREACH: 'cannot be reached: no network',
  EADDRNOTAVAIL: 'cannot be reached',
  EACCES: 'cannot be reached: the system forbids it',
  CONNECT_TIMEOUT: 'did not take the connection in time',
  PRX_TLS: 'could not be reached through the proxy',
};

const lost: Readonly<Record<string, string>> = {
  ECONNRESET: 'cut the connection',
  EPIPE: 'cut the connection',
  ETIMEDOUT: 'did not answer in time',
  SOCKET: 'cut the connection',
  HEADERS_TIMEOUT: 'took the request and gave no answer in time',
  BODY_TIMEOUT: 'stopped in the middle of its answer',
  HEADERS_OVERFLOW: 'sent headers that are too large',
  HPE_HEADER_OVERFLOW: 'sent headers that are too large',
  RES_CONTENT_LENGTH_MISMATCH: 'sent less than it announced',
};

/** Where a request went. */
interface Way {
  host: string;
  proxy?: NamedProxy | undefined;
  /** Whether it had left, where that is known: a broken connection is told in the same words as one that never was. */
  left?: boolean | undefined;
}

/**
 * Translates what Node and undici throw. TLS trouble is told as such and not tried again. What is no fault of the
 * network is returned as it is.
 */
export function networkFault(error: unknown, { host, proxy, left }: Way): unknown {
  if (error instanceof Failure) return error;
  const refusal = proxy && proxyRefusal(error, proxy, host);
  if (refusal) return refusal;
  const code = codeOf(error);
  const short = code.replace(/^UND_ERR_/, '');
  const known = unreachable[short];
  if (known) {
    // With a proxy it is the proxy that this machine connects to.
    const who = proxy ? `the proxy ${proxy.host}` : host;
    return new NetworkFault(`${who} ${known}`, left !== true, {
      hint: proxy ? `Check ${proxy.variable}, or unset it` : 'Check the network and --base-url',
      retryable: true,
      cause: error,
    });
  }
  if (isTlsTrouble(code, error)) {
    return new NetworkFault(`${host}: no safe connection (${wordsOf(error).replace(nodesAdvice, '')})`, left !== true, {
      hint: 'Check the address, the clock and a proxy that opens TLS (NODE_EXTRA_CA_CERTS names its certificate)',
      cause: error,
    });
  }
  // A limit on the address space (`ulimit -v`) leaves no room for the 10 GB that V8 reserves for each module.
  if (error instanceof RangeError && error.message.startsWith('WebAssembly')) {
    return new Failure('internal', 'there is too little address space for WebAssembly, which reads the answers', {
      hint: 'Raise the limit (ulimit -v unlimited), or set NODE_OPTIONS=--disable-wasm-trap-handler',
      cause: error,
    });
  }
  const isNotHttp = code.startsWith('HPE_') || (error instanceof Error && error.name === 'HTTPParserError');
  const how = lost[short] ?? (isNotHttp ? 'answered something that is not HTTP' : undefined);
  if (how === undefined && !isOfNetwork(code, error)) return error;
  const by = proxy ? ` (through the proxy ${proxy.host})` : '';
  return new NetworkFault(`${host}${by} ${how ?? `could not be asked (${wordsOf(error)})`}`, left === false, {
    retryable: true,
    cause: error,
  });
}

/** A proxy that answers instead of the host. undici tells of its status in its message only. */
function proxyRefusal(error: unknown, proxy: NamedProxy, host: string): NetworkFault | undefined {
  const said = error instanceof Error ? /^Proxy response \((\d+)\)/.exec(error.message)?.[1] : undefined;
  if (said === '407' || codeOf(error).startsWith('UND_ERR_SOCKS5_AUTH')) return askedForPassword(proxy);
  if (said === undefined) return undefined;
  return new NetworkFault(`the proxy ${proxy.host} answered ${said} instead of connecting to ${host}`, true, {
    hint: `Check ${proxy.variable}, or name ${host} in NO_PROXY`,
    retryable: Number(said) >= 500,
    cause: error,
  });
}

/** Another try would be answered alike. */
export function askedForPassword({ host, url, credentials, variable }: NamedProxy): NetworkFault {
  const what = credentials ? 'refuses the user name or password' : 'asks for a user name and password';
  const scheme = url.replace(/:.*/, '');
  return new NetworkFault(`the proxy ${host} ${what}${scheme === 'socks5' ? '' : ' (407)'}`, true, {
    hint: `Write them into ${variable}: ${scheme}://user:password@host:port`,
  });
}

/** Since Node 24: what to do for somebody who starts Node itself. Our own advice follows. */
const nodesAdvice = /; if the root CA is installed locally.*$/;

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return '';
  const { code } = error as NodeJS.ErrnoException;
  if (typeof code === 'string') return code;
  if (error instanceof AggregateError) return codeOf(error.errors[0]);
  return codeOf(error.cause);
}

function isTlsTrouble(code: string, error: unknown): boolean {
  const isOfTls = /CERT|SELF_SIGNED|UNABLE_TO_(GET|VERIFY)|HOSTNAME_MISMATCH|ALTNAME|^ERR_(SSL|TLS)|^EPROTO$/.test(
    code,
  );
  return isOfTls || (error instanceof Error && error.message.includes('disconnected before secure TLS'));
}

/** undici gives some errors of its parser, and its time-outs of SOCKS proxies, no code. */
function isOfNetwork(code: string, error: unknown): boolean {
  const { syscall, message } = error as NodeJS.ErrnoException;
  const isCall = /^(connect|read|write|shutdown|getaddrinfo)$/.test(syscall ?? '');
  return isCall || code.startsWith('UND_ERR') || /^SOCKS5 /.test(message);
}

/** OpenSSL's own message is a line of numbers and source files around the words of `reason`. */
function wordsOf(error: unknown): string {
  for (let at = error; at instanceof Error; at = at.cause) {
    const { reason } = at as { reason?: unknown };
    if (typeof reason === 'string') return reason;
  }
  const message = error instanceof Error ? error.message || codeOf(error) : String(error);
  return message.split('\n')[0]?.slice(0, 200) ?? '';
}
