import type { AtEnd } from './program.ts';
/** A self-signed certificate for a host. */
export interface Certificate {
    key: string;
    cert: string;
    /** The certificate's file, for NODE_EXTRA_CA_CERTS. */
    path: string;
}
/** Made by openssl, for one day. */
export declare function certificateFor(host: string, atEnd: AtEnd): Certificate;
/** A TLS port before a plain server on this machine. Answers its number. */
export declare function tlsDoor(plainUrl: string, { key, cert }: Certificate, atEnd: AtEnd): Promise<number>;
