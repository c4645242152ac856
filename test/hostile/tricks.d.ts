import type { Order } from '../support/service.ts';
/** Bytes sent as they are, in place of any HTTP that Node would allow. */
export declare function sendingRaw(...parts: ReadonlyArray<string | Buffer>): Order;
/** The beginning, then one byte again and again, slowly, as long as anybody listens. */
export declare function dripping(begin: string | Buffer, drop: string, everyMs?: number): Order;
/** Without a pause, as long as anybody listens. */
export declare function flooding(begin: string, flood: string): Order;
/** A small body that unpacks to `megabytes` of blanks behind its beginning. */
export declare function bomb(begin: string | Buffer, megabytes: number, coding: 'gzip' | 'br', type?: string): Order;
/** What a terminal would obey: a title, a colour, a link, a C1 control, a turned direction, a second line. */
export declare const evil = "\u001B]0;evil\u0007\u001B[31m\u009B2J\u202Egnp\r\nerror: forged\u2028\0";
/** A head for `sendingRaw`. */
export declare function head(...lines: string[]): string;
