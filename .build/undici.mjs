// The parts of undici that the program uses. The package's own index also loads its fetch, WebSocket, caches and
// mocks: half of the time that loading it takes.
import connect from 'undici/lib/api/api-connect.js';
import requestOf from 'undici/lib/api/api-request.js';
import Dispatcher from 'undici/lib/dispatcher/dispatcher.js';

export { default as Agent } from 'undici/lib/dispatcher/agent.js';
export { default as EnvHttpProxyAgent } from 'undici/lib/dispatcher/env-http-proxy-agent.js';

// The index gives every dispatcher all of undici's calls; the agents for proxies open their tunnels with this one.
Object.assign(Dispatcher.prototype, { connect });

/** `request()` as the index exports it, for the one form in which it is called here. */
export function request(url, { dispatcher, ...options }) {
  return requestOf.call(dispatcher, {
    ...options,
    origin: url.origin,
    path: url.pathname + url.search,
  });
}
