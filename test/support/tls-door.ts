import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer } from 'node:tls';
import type { AtEnd } from './program.ts';

/** A self-signed certificate for a host. */
export interface Certificate {
  key: string;
  cert: string;
  /** The certificate's file, for NODE_EXTRA_CA_CERTS. */
  path: string;
}

/** Made by openssl, for one day. */
export function certificateFor(host: string, atEnd: AtEnd): Certificate {
  const folder = mkdtempSync(join(tmpdir(), 'runapi-imagen-tls-'));
  atEnd(async () => rmSync(folder, { recursive: true, force: true }));
  const [keyPath, path] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const name = /^[\d.]+$/.test(host) ? `IP:${host}` : `DNS:${host}`;
  const request = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '1'];
  const subject = ['-subj', `/CN=${host}`, '-addext', `subjectAltName=${name}`, '-keyout', keyPath, '-out', path];
  execFileSync('openssl', [...request, ...subject], { stdio: 'ignore' });
  return { key: readFileSync(keyPath, 'utf8'), cert: readFileSync(path, 'utf8'), path };
}

/** A TLS port before a plain server on this machine. Answers its number. */
export async function tlsDoor(plainUrl: string, { key, cert }: Certificate, atEnd: AtEnd): Promise<number> {
  const { port } = new URL(plainUrl);
  const door = createServer({ key, cert }, (outside) => {
    const inside = connect(Number(port), '127.0.0.1');
    outside.on('error', () => inside.destroy()).on('close', () => inside.destroy());
    inside.on('error', () => outside.destroy());
    outside.pipe(inside).pipe(outside);
  });
  await new Promise<void>((listening) => door.listen(0, '127.0.0.1', listening));
  atEnd(async () => void door.close());
  return (door.address() as AddressInfo).port;
}
