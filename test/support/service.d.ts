import { type IncomingMessage, type ServerResponse } from 'node:http';
import type { AtEnd } from './program.ts';
/** A request as the service got it. */
export interface Call {
    kind: 'create' | 'look' | 'image' | 'other';
    method: string;
    path: string;
    headers: IncomingMessage['headers'];
    body: string;
    /** The task that it is about, where there is one. */
    task?: ServiceTask;
}
interface ServiceTask {
    id: string;
    idempotencyKey: string;
    body: string;
    looks: number;
}
/** Misbehaviour for one request. Without an answer of its own it ends in `usual()`. */
export type Order = (call: Call, response: ServerResponse, usual: () => void) => void;
export interface ServiceOptions {
    /** `tasks` is the guide's dialect with its state at /v1/tasks/{id}. */
    dialect?: 'guide' | 'tasks' | 'service';
    /** How many looks see the task running before it is completed. */
    runningLooks?: number;
    /** The pictures of a task; one small PNG unless it is given. */
    pictures?: Buffer[];
}
/** A small RunAPI on loopback that does what it is told, and notes everything. */
export interface Service {
    url: string;
    calls: Call[];
    /** By idempotency key: what was charged, each once. */
    tasks: Map<string, ServiceTask>;
    picture: Buffer;
    /** The next request of that kind is answered so. Orders that are never used fail the test. */
    next(kind: Call['kind'], ...orders: Order[]): void;
    /** Every request of that kind is answered so. */
    always(kind: Call['kind'], order: Order): void;
    /** From now on every request is answered as usual. */
    heal(): void;
    count(kind: Call['kind']): number;
}
/** Closed when the test is over; it fails the test for an order that was not used and for a request that it does not know. */
export declare function startService({ dialect, runningLooks, pictures }?: ServiceOptions, atEnd?: AtEnd): Promise<Service>;
export declare function json(response: ServerResponse, status: number, body: unknown, headers?: Record<string, string>): void;
/** An order that answers with a status and a JSON body. */
export declare function answering(status: number, body: unknown, headers?: Record<string, string>): Order;
/** An order that does the work and loses the answer. */
export declare const losingTheAnswer: Order;
/** A real little PNG, of another colour for each number. */
export declare function smallPng(colour: number): Buffer;
export {};
