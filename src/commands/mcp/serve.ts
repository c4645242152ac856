import { Writable } from 'node:stream';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import type { RequestHandlerExtra } from '@modelcontextprotocol/sdk/shared/protocol.js';
import type { ServerNotification, ServerRequest } from '@modelcontextprotocol/sdk/types.js';
import { programVersion } from '../../version.ts';
import type { Clock, Input, Output } from '../../world.ts';
import type { Talk, Tool } from './tool.ts';

const instructions =
  'Makes pictures with Imagen 4 through RunAPI and saves them as files. Every picture costs money. ' +
  'Give the user the path that generate_image returns. If an answer has status "processing", call get_image ' +
  'with its task_id; calling generate_image again may buy a second picture.';

/**
 * Serves the tools over stdio until the client closes its end; calls that are under way then are finished and
 * answered first.
 */
export async function serve(
  { stdin, stdout, clock, complain }: Surface,
  tools: readonly Tool[],
): Promise<void> {
  const server = new McpServer(
    { name: 'runapi-imagen', title: 'RunAPI Imagen 4', version: programVersion },
    { instructions },
  );
  const underWay = new Set<Promise<unknown>>();
  for (const tool of tools) register(server, tool, (call) => track(underWay, call));

  const channel = new Writable({
    write: (chunk, _encoding, done) => void stdout.write(String(chunk)).then(() => done()),
  });
  const { stream } = stdin;
  const over = new Promise<void>((resolve) => {
    for (const event of ['end', 'close', 'error']) stream.once(event, () => resolve());
    server.server.onerror = ({ message }) => complain(message);
    server.server.onclose = resolve; // a message without end closes the transport
  });
  await server.connect(new StdioServerTransport(stream, channel));
  await over;
  // The SDK takes some promises from a message to its call, and from the end of a call to its answer.
  await clock.wait(0);
  while (underWay.size > 0) await Promise.allSettled(underWay);
  await clock.wait(0);
  await new Promise<void>((written) => channel.end(written));
  await server.close();
}

/** What the server works with: stdout is for its messages alone. */
export interface Surface {
  stdin: Input;
  stdout: Output;
  clock: Clock;
  /** Something came that is no message, or could not be sent. */
  complain(problem: string): void;
}

function register(
  server: McpServer,
  { declaration, output, call }: Tool,
  track: (call: ReturnType<Tool['call']>) => ReturnType<Tool['call']>,
): void {
  const { name, title, description, input, annotations } = declaration;
  const facts = { title, description, inputSchema: input, outputSchema: output, annotations };
  server.registerTool(name, facts, async (args, extra) => {
    const { content, structured, failed } = await track(call(args as never, talkOf(extra)));
    return {
      content,
      ...(structured && { structuredContent: structured as Record<string, unknown> }),
      ...(failed && { isError: true }),
    };
  });
}

async function track<Result>(underWay: Set<Promise<unknown>>, call: Promise<Result>): Promise<Result> {
  underWay.add(call);
  try {
    return await call;
  } finally {
    underWay.delete(call);
  }
}

type Extra = Pick<
  RequestHandlerExtra<ServerRequest, ServerNotification>,
  'signal' | '_meta' | 'sendNotification'
>;

/** Progress goes to those only who sent a token for it; its number has to grow with each message. */
function talkOf({ signal, _meta, sendNotification }: Extra): Talk {
  const progressToken = _meta?.progressToken;
  let progress = 0;
  return {
    signal,
    progress:
      progressToken === undefined
        ? undefined
        : (message) => {
            progress += 1;
            const params = { progressToken, progress, message };
            // A client that went away is told nothing.
            sendNotification({ method: 'notifications/progress', params }).catch(() => undefined);
          },
  };
}
