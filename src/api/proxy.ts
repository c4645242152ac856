/**
 * The proxy for a protocol, as curl reads the variables: lower case first, and an empty one masks nothing.
 * An address without a scheme means http.
 */
export function proxyFor(
  protocol: string,
  env: Readonly<Record<string, string | undefined>>,
): string | undefined {
  const names = protocol === 'https:' ? ['https_proxy', 'HTTPS_PROXY'] : ['http_proxy', 'HTTP_PROXY'];
  const named = names.map((name) => env[name]?.trim()).find(Boolean);
  if (!named) return undefined;
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(named) ? named : `http://${named}`;
}
