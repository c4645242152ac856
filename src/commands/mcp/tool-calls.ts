import pLimit from 'p-limit';
import { type Context, createContext } from '../../context.ts';
import type { Budget } from '../../paid-task/budget.ts';
import { orCancelled } from '../../paid-task/join.ts';
import { createProgress } from '../../report/progress.ts';
import { errorReport } from '../../report/task-report.ts';
import type { Deadline, StopSignal, World } from '../../world.ts';
import type { Answer, Talk } from './tool.ts';
import { errorAnswer } from './tool-answer.ts';

/** The flags of `mcp`, as they were typed. */
export interface McpFlags {
  dir?: string;
  maxBytes?: string;
  pollInterval?: string;
  maxCost?: string;
  maxPictures?: string;
  sandbox?: boolean;
  /** The default wait of a call. */
  timeout?: string;
}

/** One call of a tool at work. */
export interface ToolCall {
  /** Its own, as a command has: settings and key are read anew, and nothing stays when it is over. */
  context: Context;
  flags: McpFlags;
  /** Of all calls of the server's life together. */
  session: Budget;
  /** The folders that the client works in. */
  roots: readonly string[];
  /** So many milliseconds from now, or when the client no longer wants the answer. */
  deadline(milliseconds: number): Deadline;
}

export type RunCall = (talk: Talk, act: (call: ToolCall) => Promise<Answer>) => Promise<Answer>;

const callsAtOnce = 8;

/** Runs the calls of a server's life, each like a command of its own. Failures become answers. */
export function toolCalls({ world, flags: globals, sandbox }: Context, flags: McpFlags, session: Budget): RunCall {
  const atOnce = pLimit(callsAtOnce);
  const stops = new Set<(signal: StopSignal) => string>();
  const leaving = new Set<Promise<unknown>>();
  world.onStop((signal) => [...stops].map((say) => say(signal)).join('\n') || 'Stopped.');

  async function runOne(talk: Talk, act: (call: ToolCall) => Promise<Answer>): Promise<Answer> {
    if (talk.signal.aborted) return { content: [], failed: true };
    // The tasks of a cancelled call can be taken up as soon as it has released them.
    await Promise.allSettled(leaving);
    const own: Array<(signal: StopSignal) => string> = [];
    const context = await createContext(withStops(world, stops, own), globals);
    context.sandbox = sandbox; // one for the server's life: its balance and its tasks stay
    const progress = createProgress(lineOf(talk, world), world.clock);
    const reporter = { ...context.reporter, progress };
    try {
      const deadline = (milliseconds: number): Deadline => orCancelled(world.deadline(milliseconds), talk.signal);
      const listener = { ...context.engine.listener, step: progress.step };
      const engine = { ...context.engine, listener };
      const { roots } = talk;
      return await act({ context: { ...context, reporter, engine }, flags, roots, session, deadline });
    } catch (error) {
      return errorAnswer(errorReport(error));
    } finally {
      progress.stop();
      for (const stop of own) stops.delete(stop);
      await context.close();
    }
  }

  return (talk, act) => {
    const call = atOnce(() => runOne(talk, act));
    const leave = (): void => void leaving.add(call);
    talk.signal.addEventListener('abort', leave, { once: true });
    const forget = (): void => {
      talk.signal.removeEventListener('abort', leave);
      leaving.delete(call);
    };
    call.then(forget, forget);
    return call;
  };
}

/** Removes a call's signal handlers when it ends: a server has many calls. */
function withStops(
  world: World,
  all: Set<(signal: StopSignal) => string>,
  own: Array<(signal: StopSignal) => string>,
): World {
  return {
    ...world,
    onStop(say) {
      own.push(say);
      all.add(say);
    },
  };
}

/** Often enough that a client that waits for signs of life goes on waiting. */
const everyMs = 5000;

/** A status line that goes to the client: each change, and what goes on now and then. */
function lineOf({ progress }: Talk, { clock }: World): Parameters<typeof createProgress>[0] {
  if (!progress) return undefined;
  let last = Number.NEGATIVE_INFINITY;
  return {
    show(text, changed) {
      if (!changed && clock.monotonic() - last < everyMs) return;
      last = clock.monotonic();
      progress(text);
    },
    clear() {},
    stop() {},
  };
}
