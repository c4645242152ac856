import { PassThrough, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import {
  type CallToolResult,
  CLIENT_CAPABILITIES_META_KEY,
  type ClientCapabilities,
  inputRequired,
  inputResponse,
  McpServer,
  type Root,
  type ServerContext,
} from '@modelcontextprotocol/server';
import { StdioServerTransport, serveStdio } from '@modelcontextprotocol/server/stdio';
import { programVersion } from '../../version.ts';
import type { Clock, Input, Output } from '../../world.ts';
import { type Arguments, argumentSchema, withJson } from './arguments.ts';
import type { Answer, Talk, Tool } from './tool.ts';

const instructions =
  'Makes pictures with Imagen 4 through RunAPI and saves them as files. Every picture costs money. ' +
  'Give the user the path that generate_image returns. If an answer has status "processing", call get_image ' +
  'with its task_id; calling generate_image again may buy a second picture.';

/**
 * Serves the tools over stdio, in the protocol's revision of July 2026 and the older ones, until the client closes its
 * end; calls that are under way then are finished and answered first.
 */
export async function serve({ stdin, stdout, clock, complain }: Surface, tools: readonly Tool[]): Promise<void> {
  const underWay = new Set<Promise<unknown>>();
  const answers = new Writable({
    write: (chunk, _encoding, done) => void stdout.write(String(chunk)).then(() => done()),
  });
  // The SDK drops the calls under way when its input ends, so the end of stdin is kept from it.
  const messages = new PassThrough();
  const transport = new StdioServerTransport(messages, answers);
  const connection = serveStdio(() => createServer(tools, underWay), {
    transport,
    onerror: ({ message }) => complain(message),
  });
  const { stream } = stdin;
  await new Promise<void>((resolve) => {
    for (const event of ['end', 'close', 'error']) stream.once(event, () => resolve());
    const { onclose } = transport; // a message without end closes the transport
    transport.onclose = () => {
      onclose?.();
      resolve();
    };
    stream.pipe(messages, { end: false });
  });
  // The SDK takes some promises from a message to its call, and from the end of a call to its answer.
  await clock.wait(0);
  while (underWay.size > 0) await Promise.allSettled(underWay);
  await clock.wait(0);
  await new Promise<void>((written) => answers.end(written));
  await connection.close();
}

/** The server's context: stdout is only for its messages. */
export interface Surface {
  stdin: Input;
  stdout: Output;
  clock: Clock;
  /** Something that came is not a message, or could not be sent. */
  complain(problem: string): void;
}

function createServer(tools: readonly Tool[], underWay: Set<Promise<unknown>>): McpServer {
  const identity = { name: 'runapi-imagen', title: 'RunAPI Imagen 4', version: programVersion };
  const server = new McpServer(identity, { instructions });
  for (const { declaration, output, call } of tools) {
    const { name, input, ...shown } = declaration;
    const schemas = { inputSchema: argumentSchema(input), outputSchema: withJson(output) };
    server.registerTool(name, { ...shown, ...schemas }, (given, context) => track(underWay, answer(given, context)));

    async function answer({ input: sent, ignored }: Arguments, context: ServerContext) {
      const roots = 'folder' in input.shape ? await rootsOf(server, context) : [];
      if (roots === undefined) return inputRequired({ inputRequests: { roots: inputRequired.listRoots() } });
      return resultOf(await call(sent as never, { ...talkOf(context), roots }), ignored);
    }
  }
  return server;
}

function resultOf({ content, structured, failed }: Answer, ignored: readonly string[]): CallToolResult {
  const note = { type: 'text' as const, text: `Ignored, not an argument of this tool: ${ignored.join(', ')}` };
  return {
    content: ignored.length > 0 ? [...content, note] : content,
    ...(structured && { structuredContent: structured as Record<string, unknown> }),
    ...(failed && { isError: true }),
  };
}

/**
 * The folders that the client works in; none where it does not tell. Undefined: they have to be asked for first, by an
 * answer, which is how a server asks since July 2026.
 */
async function rootsOf({ server }: McpServer, { mcpReq }: ServerContext): Promise<string[] | undefined> {
  if (mcpReq.envelope) {
    const client = (mcpReq.envelope as { [CLIENT_CAPABILITIES_META_KEY]?: ClientCapabilities })[
      CLIENT_CAPABILITIES_META_KEY
    ];
    if (!client?.roots) return [];
    const told = inputResponse(mcpReq.inputResponses, 'roots');
    if (told.kind === 'roots') return told.roots.flatMap(pathOf);
    return mcpReq.inputResponses ? [] : undefined;
  }
  if (!server.getClientCapabilities()?.roots) return [];
  const told = await server.listRoots(undefined, { timeout: 5000 }).catch(() => ({ roots: [] }));
  return told.roots.flatMap(pathOf);
}

function pathOf({ uri }: Root): string[] {
  try {
    return [fileURLToPath(uri)];
  } catch {
    return []; // of another machine
  }
}

async function track<Result>(underWay: Set<Promise<unknown>>, call: Promise<Result>): Promise<Result> {
  underWay.add(call);
  try {
    return await call;
  } finally {
    underWay.delete(call);
  }
}

/** Progress goes to those only who sent a token for it; its number has to grow with each message. */
function talkOf({ mcpReq }: ServerContext): Omit<Talk, 'roots'> {
  const progressToken = mcpReq._meta?.progressToken;
  let progress = 0;
  return {
    signal: mcpReq.signal,
    progress:
      progressToken === undefined
        ? undefined
        : (message) => {
            progress += 1;
            const params = { progressToken, progress, message };
            // A client that went away is told nothing.
            mcpReq.notify({ method: 'notifications/progress', params }).catch(() => undefined);
          },
  };
}
