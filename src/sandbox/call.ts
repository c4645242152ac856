import type { IncomingHttpHeaders } from 'node:http';
import type { TaskBook } from './task-book.ts';

/** One request, as far as the routes care. */
export interface Call {
  method: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  /** Scheme and host as the client wrote them: URLs in answers lead back the same way. */
  origin: string;
  /** The JSON body. Throws a `Refusal` where there is none. */
  readJson(): Promise<unknown>;
}

/** What outlives a call. */
export interface House {
  book: TaskBook;
  /** Marks of what happens at the first try only. */
  firstTries: Set<string>;
  now(): number;
}

export interface Answer {
  status: number;
  headers?: Readonly<Record<string, string | number>>;
  body?: string | Uint8Array;
  /** Break the connection before the first byte, or in the middle of the body. */
  breaks?: 'at once' | 'half way';
}

/** True once for each mark. */
export function isFirstTry({ firstTries }: House, mark: string): boolean {
  if (firstTries.has(mark)) return false;
  firstTries.add(mark);
  return true;
}

export function jsonAnswer(value: unknown, headers: Record<string, string> = {}, status = 200): Answer {
  return {
    status,
    headers: { 'Content-Type': 'application/json; charset=utf-8', ...headers },
    body: JSON.stringify(value),
  };
}
