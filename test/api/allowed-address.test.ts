import { expect, test } from 'vitest';
import { checkAddress, lookupFor } from '../../src/api/allowed-address.ts';

test.each([
  ['93.184.216.34', 'api.test', undefined],
  ['198.18.0.7', 'api.test', undefined], // what some VPNs give every name
  ['[2606:4700::1]', 'api.test', undefined],
  ['[64:ff9b::5db8:d822]', 'api.test', undefined], // a public address, behind NAT64
  ['127.0.0.1', '93.184.216.34', 'this machine'],
  ['127.9.9.9', '93.184.216.34', 'this machine'],
  ['0.0.0.0', '93.184.216.34', 'this machine'],
  ['[::1]', '93.184.216.34', 'this machine'],
  ['[::]', '93.184.216.34', 'this machine'],
  ['[::ffff:7f00:1]', '93.184.216.34', 'this machine'],
  ['[64:ff9b::7f00:1]', '93.184.216.34', 'this machine'],
  ['[2002:7f00:1::]', '93.184.216.34', 'this machine'],
  ['10.1.2.3', '93.184.216.34', 'a private network'],
  ['172.31.255.255', '93.184.216.34', 'a private network'],
  ['172.32.0.1', '93.184.216.34', undefined],
  ['192.168.0.1', '93.184.216.34', 'a private network'],
  ['100.64.0.1', '93.184.216.34', 'a private network'],
  ['[fd00::1]', '93.184.216.34', 'a private network'],
  ['[::ffff:c0a8:1]', '93.184.216.34', 'a private network'],
  ['169.254.169.254', '93.184.216.34', 'the local link'],
  ['[fe80::1]', '93.184.216.34', 'the local link'],
  ['[::7f00:1]', '93.184.216.34', 'this machine'],
  ['[::ffff:0:7f00:1]', '93.184.216.34', 'this machine'],
  ['[64:ff9b:1::7f00:1]', '93.184.216.34', 'a private network'],
  ['192.0.0.192', '93.184.216.34', 'a private network'], // a cloud's metadata
  ['168.63.129.16', '93.184.216.34', 'a private network'], // another's
  ['192.0.1.1', '93.184.216.34', undefined],
  ['224.0.0.251', '93.184.216.34', 'the local link'],
  ['255.255.255.255', '93.184.216.34', 'the local link'],
  ['[ff02::1]', '93.184.216.34', 'the local link'],
  [new URL('http://2130706433').hostname, '93.184.216.34', 'this machine'],
  [new URL('http://0x7f.1').hostname, '93.184.216.34', 'this machine'],
  [new URL('http://①②⑦.0.0.1').hostname, '93.184.216.34', 'this machine'],
  // Where the API itself is, its pictures may be.
  ['127.0.0.1', '127.0.0.1', undefined],
  ['[::1]', 'localhost', undefined],
  ['10.1.2.3', '10.9.9.9', undefined],
  ['127.0.0.1', '10.9.9.9', 'this machine'],
  ['10.1.2.3', '127.0.0.1', 'a private network'],
  ['169.254.169.254', '127.0.0.1', 'the local link'],
])('a picture at %s, named by %s', async (address, api, refused) => {
  const told = await checkAddress(address, api).catch(({ message }) => message);
  if (refused === undefined) expect(told).toBeUndefined();
  else expect(told).toBe(`the service names an address at ${address}, which is ${refused}: not followed`);
});

test.each([
  ['localhost.', 'api.test', true],
  ['a.localhost.', 'api.test', true],
  ['intranet', 'api.test', true],
  ['metadata.google.internal', 'api.test', true],
  ['printer.local', 'api.test', true],
  ['nas.home.arpa.', 'api.test', true],
  ['local.test', 'api.test', false],
  ['pictures.test', 'api.test', false],
  ['files.internal', 'api.internal', false],
])('through a proxy, a picture at %s, named by %s: refused is %s', async (host, api, refused) => {
  const told = await checkAddress(host, api, true).catch(({ message }) => message);
  expect(told).toBe(
    refused ? `the service names an address at ${host}, which is a private network: not followed` : undefined,
  );
  expect(await checkAddress(host, api)).toBeUndefined(); // it will be looked up here
});

/** What a connection is told of a name. */
function lookedUp(name: string, api: string, all: boolean): Promise<unknown> {
  return new Promise((resolve) => {
    lookupFor(api)(name, { all }, (error, address) => resolve(error ? error.message : address));
  });
}

test('a name that leads to this machine is refused when it is looked up', async () => {
  const message = 'the service names an address at localhost, which is this machine: not followed';
  expect(await lookedUp('localhost', '93.184.216.34', true)).toBe(message);
  expect(await lookedUp('localhost', '93.184.216.34', false)).toBe(message);
  expect(await lookedUp('localhost', '127.0.0.1', false)).toMatch(/^(127\.|::1)/);
  expect(await lookedUp('nowhere.invalid', '127.0.0.1', true)).toContain('nowhere.invalid');
});
