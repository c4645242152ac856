import type { Order } from '../support/service.ts';
/** The connection is cut before anything was done. */
export declare const resetting: Order;
/** A status and any body, not JSON alone. */
export declare function saying(status: number, body?: string | Buffer, headers?: Record<string, string | number>): Order;
/** The usual answer, of which only the first bytes come; then the connection is cut. */
export declare function tornAfter(bytes: number, headers?: Record<string, string>): Order;
/** The usual answer without its headers, so that nothing tells the picture from another one. */
export declare function withoutHeaders(then: Order): Order;
/** The usual answer, compressed although nobody asked for it. */
export declare function gzipped(flaw?: (body: Buffer) => Buffer): Order;
/** The usual answer with other bytes. */
export declare function changed(change: (body: Buffer) => Buffer, headers?: Record<string, string | number>): Order;
/** A body that never ends, after its beginning. */
export declare function endless(begin: Buffer | string, headers?: Record<string, string>): Order;
/** The work is done; of the answer the first bytes come, then nothing more. */
export declare function stallingAfter(bytes: number): Order;
export declare function redirecting(status: number, to: string): Order;
/** The work is done, and the answer is another. */
export declare function doneButSaying(status: number, body?: string, headers?: Record<string, string>): Order;
/** Not HTTP at all. */
export declare const gibberish: Order;
