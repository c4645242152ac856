import { lookup } from 'node:dns';
import { lookup as lookUp } from 'node:dns/promises';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { Failure } from '../errors.ts';

/** Where addresses lead that are not on the Internet. */
const areas = {
  'this machine': ['127.0.0.0/8', '0.0.0.0/8', '::1/128', '::/128'],
  'a private network': [
    ...['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', 'fc00::/7', 'fec0::/10', '64:ff9b:1::/48'],
    ...['192.0.0.0/24', '168.63.129.16/32'], // where clouds tell a machine its secrets
  ],
  'the local link': ['169.254.0.0/16', 'fe80::/10', '224.0.0.0/4', '240.0.0.0/4', 'ff00::/8'],
} as const;

type Area = keyof typeof areas | 'the Internet';

/** Made with the first address that is checked: it takes 6 ms. */
let lists: Array<readonly [Area, BlockList]> | undefined;

function listOf(nets: readonly string[]): BlockList {
  const list = new BlockList();
  for (const net of nets) {
    const [address = '', bits] = net.split('/');
    list.addSubnet(address, Number(bits), isIP(address) === 6 ? 'ipv6' : 'ipv4');
    if (isIP(address) === 4)
      for (const [inside, by] of insideOf(address)) list.addSubnet(inside, by + Number(bits), 'ipv6');
  }
  return list;
}

/** IPv6 addresses that hold an IPv4 one: mapped, translated, compatible, NAT64 and 6to4, each with the bits before it. */
function insideOf(address: string): Array<[string, number]> {
  const [a = 0, b = 0, c = 0, d = 0] = address.split('.').map(Number);
  const hex = `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
  return [
    [`::ffff:${hex}`, 96],
    [`::ffff:0:${hex}`, 96],
    [`::${hex}`, 96],
    [`64:ff9b::${hex}`, 96],
    [`2002:${hex}::`, 16],
  ];
}

function areaOf(address: string): Area {
  const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
  lists ??= Object.entries(areas).map(([area, nets]) => [area as Area, listOf(nets)] as const);
  return lists.find(([, list]) => list.check(address, family))?.[0] ?? 'the Internet';
}

/**
 * Looks names up for addresses that the service chose (those of pictures): only public ones are connected to, and those
 * of the kind of network that the API itself is in. Otherwise the service could have this machine ask its neighbours.
 */
export function lookupFor(apiHost: string): LookupFunction {
  return (hostname, options, answer) => {
    lookup(hostname, { ...options, all: true }, async (error, found = []) => {
      const addresses = found.map(({ address }) => address);
      const refused = error ?? (await refusalOf(hostname, apiHost, addresses));
      const [first] = found;
      if (!refused && options.all) answer(null, found);
      else answer(refused ?? null, first?.address ?? '', first?.family ?? 4);
    });
  };
}

/**
 * Checks what can be told of an address before anybody looks it up: an address without a name and, since a proxy looks
 * names up by itself, there also names that mean something in the user's own network only. Throws `download`.
 */
export async function checkAddress(hostname: string, apiHost: string, proxied = false): Promise<void> {
  const address = bare(hostname);
  const refused = isIP(address) ? await refusalOf(hostname, apiHost, [address]) : undefined;
  if (refused) throw refused;
  if (proxied && isLocalName(address) && !isLocalName(bare(apiHost))) throw refusal(hostname, 'a private network');
}

/** RFC 6761, RFC 6762, RFC 8375 and ICANN's `internal`; names without a dot are never those of public hosts. */
function isLocalName(name: string): boolean {
  return !isIP(name) && /^[^.]*\.?$|\.(localhost|local|internal|home\.arpa)\.?$/.test(name);
}

async function refusalOf(
  hostname: string,
  apiHost: string,
  addresses: readonly string[],
): Promise<Failure | undefined> {
  const local = addresses.map(areaOf).filter((area) => area !== 'the Internet');
  if (local.length === 0) return undefined;
  const own = await areasOf(bare(apiHost));
  const refused = local.find((area) => !own.includes(area));
  return refused && refusal(hostname, refused);
}

function refusal(hostname: string, area: Area): Failure {
  return new Failure('download', `the service names an address at ${hostname}, which is ${area}: not followed`, {
    hint: 'A service on the Internet may only name public addresses',
  });
}

async function areasOf(host: string): Promise<Area[]> {
  if (isIP(host)) return [areaOf(host)];
  const found = await lookUp(host, { all: true }).catch(() => []);
  return found.map(({ address }) => areaOf(address));
}

function bare(host: string): string {
  return host.replace(/^\[|\]$/g, '');
}
