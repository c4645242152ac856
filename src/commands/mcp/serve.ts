import { PassThrough, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import {
  type CallToolRequest,
  type CallToolResult,
  CLIENT_CAPABILITIES_META_KEY,
  type ClientCapabilities,
  type InputRequiredResult,
  inputRequired,
  inputResponse,
  ProtocolError,
  ProtocolErrorCode,
  type Root,
  Server,
  type ServerContext,
  type Tool as ShownTool,
} from '@modelcontextprotocol/server';
import { StdioServerTransport, serveStdio } from '@modelcontextprotocol/server/stdio';
import { toJSONSchema, type ZodMiniObject } from 'zod/mini';
import { programVersion } from '../../version.ts';
import type { Clock, Input, Output } from '../../world.ts';
import { readArguments } from './arguments.ts';
import type { RunCall, Talk, Tool } from './tool.ts';

const instructions =
  'Makes pictures with Imagen 4 through RunAPI and saves them as files. Every picture costs money. ' +
  'Give the user the path that generate_image returns. If an answer has status "processing", call get_image ' +
  'with its task_id; calling generate_image again may buy a second picture.';

/** The server's context: stdout is only for its messages. */
export interface Surface {
  stdin: Input;
  stdout: Output;
  clock: Clock;
  /** Something that came is not a message, or could not be sent. */
  complain(problem: string): void;
}

/**
 * Serves the tools over stdio, in the protocol's revision of July 2026 and the older ones, until the client closes its
 * end; calls that are under way then are finished and answered first.
 */
export async function serve(
  { stdin, stdout, clock, complain }: Surface,
  tools: readonly Tool[],
  run: RunCall,
): Promise<void> {
  const underWay = new Set<Promise<unknown>>();
  const tracked: typeof answer = (...call) => {
    const answered = answer(...call);
    underWay.add(answered);
    const forget = (): void => void underWay.delete(answered);
    answered.then(forget, forget);
    return answered;
  };
  const answers = new Writable({
    write: (chunk, _encoding, done) => void stdout.write(String(chunk)).then(() => done()),
  });
  // The SDK drops the calls under way when its input ends, so the end of stdin is kept from it.
  const messages = new PassThrough();
  const transport = new StdioServerTransport(messages, answers);
  const connection = serveStdio(() => createServer(tools, run, tracked), {
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

function createServer(tools: readonly Tool[], run: RunCall, call: typeof answer): Server {
  const identity = { name: 'runapi-imagen', title: 'RunAPI Imagen 4', version: programVersion };
  const server = new Server(identity, { instructions, capabilities: { tools: {} } });
  server.setRequestHandler('tools/list', () => ({ tools: tools.map(shown) }));
  server.setRequestHandler('tools/call', ({ params }, context) => {
    const tool = tools.find(({ name }) => name === params.name);
    if (!tool) throw new ProtocolError(ProtocolErrorCode.InvalidParams, `Unknown tool ${params.name}`);
    return call(tool, params, { server, context }, run);
  });
  return server;
}

function shown({ name, title, description, annotations, input, output }: Tool): ShownTool {
  return { name, title, description, annotations, inputSchema: jsonOf(input), outputSchema: jsonOf(output) };
}

function jsonOf(schema: ZodMiniObject): ShownTool['inputSchema'] {
  return toJSONSchema(schema) as ShownTool['inputSchema'];
}

async function answer(
  { input, act }: Tool,
  { arguments: sent = {} }: CallToolRequest['params'],
  { server, context }: { server: Server; context: ServerContext },
  run: RunCall,
): Promise<CallToolResult | InputRequiredResult> {
  const { input: given, ignored } = readArguments(input, sent);
  const read = input.safeParse(given);
  if (!read.success) {
    const problems = read.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
    return { content: [textBlock(`Invalid arguments. ${problems.join('. ')}`)], isError: true };
  }
  const roots = 'folder' in input.shape ? await rootsOf(server, context) : [];
  if (roots === undefined) return inputRequired({ inputRequests: { roots: inputRequired.listRoots() } });
  const result = await run({ ...talkOf(context), roots }, (call) => act(call, read.data));
  if (ignored.length === 0) return result;
  const note = textBlock(`Ignored, not an argument of this tool: ${ignored.join(', ')}`);
  return { ...result, content: [...result.content, note] };
}

function textBlock(text: string): { type: 'text'; text: string } {
  return { type: 'text', text };
}

/**
 * The folders that the client works in; none where it does not tell. Undefined: they have to be asked for first, by an
 * answer, which is how a server asks since July 2026.
 */
async function rootsOf(server: Server, { mcpReq }: ServerContext): Promise<string[] | undefined> {
  if (mcpReq.envelope) {
    const envelope = mcpReq.envelope as { [CLIENT_CAPABILITIES_META_KEY]?: ClientCapabilities };
    if (!envelope[CLIENT_CAPABILITIES_META_KEY]?.roots) return [];
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

/** Progress goes to those only who sent a token for it; its number has to grow with each message. */
function talkOf({ mcpReq: { signal, notify, _meta } }: ServerContext): Omit<Talk, 'roots'> {
  const progressToken = _meta?.progressToken;
  if (progressToken === undefined) return { signal, progress: undefined };
  let progress = 0;
  return {
    signal,
    progress(message) {
      progress += 1;
      const params = { progressToken, progress, message };
      // A client that went away is told nothing.
      notify({ method: 'notifications/progress', params }).catch(() => undefined);
    },
  };
}
