import { Failure } from '../errors.ts';

/** Nobody answered, or not to the end. */
export class NetworkFault extends Failure {
  /** No byte of the request can have reached the server: nothing was bought. */
  readonly neverSent: boolean;

  constructor(message: string, neverSent: boolean, facts: ConstructorParameters<typeof Failure>[2] = {}) {
    super('network', message, facts);
    this.neverSent = neverSent;
  }
}

const unreachable: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'refused the connection',
  ENOTFOUND: 'has no address (DNS)',
  EAI_AGAIN: 'could not be looked up (DNS)',
  EHOSTUNREACH: 'cannot be reached',
  ENETUNREACH: 'cannot be reached: no network',
  EADDRNOTAVAIL: 'cannot be reached',
  EACCES: 'cannot be reached: the system forbids it',
  UND_ERR_CONNECT_TIMEOUT: 'did not take the connection in time',
  UND_ERR_PRX_TLS: 'could not be reached through the proxy',
};

const lost: Readonly<Record<string, string>> = {
  ECONNRESET: 'cut the connection',
  EPIPE: 'cut the connection',
  UND_ERR_SOCKET: 'cut the connection',
  UND_ERR_HEADERS_TIMEOUT: 'took the request and gave no answer in time',
  UND_ERR_BODY_TIMEOUT: 'stopped in the middle of its answer',
  UND_ERR_HEADERS_OVERFLOW: 'sent headers that are too large',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'sent less than it announced',
};

/**
 * Translates what undici and Node throw. TLS trouble is told as such and not tried again.
 * @param left whether the request had left, where that is known: a connection that was there can break with the same
 * words as one that never came about
 */
export function networkFault(error: unknown, host: string, left?: boolean): NetworkFault {
  const code = codeOf(error);
  const known = unreachable[code];
  if (known)
    return new NetworkFault(`${host} ${known}`, left !== true, {
      hint: 'Check the network and --base-url',
      retryable: true,
      cause: error,
    });
  if (isTlsTrouble(code, error)) {
    return new NetworkFault(
      `${host}: no safe connection (${wordsOf(error).replace(nodesAdvice, '')})`,
      left !== true,
      {
        hint: 'Check the address, the clock and a proxy that opens TLS (NODE_EXTRA_CA_CERTS names its certificate)',
        cause: error,
      },
    );
  }
  const how = lost[code] ?? (code.startsWith('HPE_') ? 'answered something that is not HTTP' : undefined);
  return new NetworkFault(`${host} ${how ?? `could not be asked (${wordsOf(error)})`}`, left === false, {
    retryable: true,
    cause: error,
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
  const certificate = /CERT|SELF_SIGNED|UNABLE_TO_(GET|VERIFY)|HOSTNAME_MISMATCH|ALTNAME/.test(code);
  return (
    certificate ||
    code.startsWith('ERR_SSL') ||
    code.startsWith('ERR_TLS') ||
    code === 'EPROTO' ||
    (error instanceof Error && /disconnected before secure TLS/.test(error.message))
  );
}

function wordsOf(error: unknown): string {
  const reason = reasonOf(error);
  if (reason !== undefined) return reason;
  const message = error instanceof Error ? error.message || codeOf(error) : String(error);
  return message.split('\n')[0]?.slice(0, 200) ?? '';
}

/** OpenSSL's own message is a line of numbers and source files around these words. */
function reasonOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const { reason } = error as { reason?: unknown };
  return typeof reason === 'string' ? reason : reasonOf(error.cause);
}
