import { PassThrough, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import {
  CLIENT_CAPABILITIES_META_KEY,
  type ClientCapabilities,
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
import { toJSONSchema, type ZodMiniObject, type ZodMiniType } from 'zod/mini';
import type { Context } from '../../context.ts';
import { parseJson } from '../../json.ts';
import { programVersion } from '../../version.ts';
import type { Output } from '../../world.ts';
import type { RunCall, Talk, Tool } from './tool.ts';

const instructions =
  'Makes pictures with Imagen 4 through RunAPI and saves them as files. Every picture costs money. ' +
  'Give the user the path that generate_image returns. If an answer has status "processing", call get_image ' +
  'with its task_id; calling generate_image again may buy a second picture.';

/**
 * Serves the tools over stdio, in the protocol's revision of July 2026 and the older ones, until the client closes its
 * end; calls that are under way then are finished and answered first.
 */
export async function serve(
  { world, reporter }: Context,
  stdout: Output,
  tools: readonly Tool[],
  run: RunCall,
): Promise<void> {
  const { clock, stdin } = world;
  const underWay = new Set<Promise<unknown>>();
  const answers = new Writable({
    write: (chunk, _encoding, done) => void stdout.write(String(chunk)).then(() => done()),
  });
  // The SDK drops the calls under way when its input ends, so the end of stdin is kept from it.
  const messages = new PassThrough();
  const transport = new StdioServerTransport(messages, answers);
  const connection = serveStdio(createServer, { transport, onerror: ({ message }) => reporter.warn(message) });
  await new Promise<void>((resolve) => {
    for (const event of ['end', 'close', 'error']) stdin.stream.once(event, () => resolve());
    const { onclose } = transport; // a message without end closes the transport
    transport.onclose = () => {
      onclose?.();
      resolve();
    };
    stdin.stream.pipe(messages, { end: false });
  });
  // The SDK takes some promises from a message to its call, and from the end of a call to its answer.
  await clock.wait(0);
  while (underWay.size > 0) await Promise.allSettled(underWay);
  await clock.wait(0);
  await new Promise<void>((written) => answers.end(written));
  await connection.close();

  function createServer(): Server {
    const identity = { name: 'runapi-imagen', title: 'RunAPI Imagen 4', version: programVersion };
    const server = new Server(identity, { instructions, capabilities: { tools: {} } });
    server.setRequestHandler('tools/list', () => ({ tools: tools.map(shown) }));
    server.setRequestHandler('tools/call', ({ params }, context) => {
      const answered = answer(server, context, params.name, params.arguments);
      underWay.add(answered);
      const forget = (): void => void underWay.delete(answered);
      answered.then(forget, forget);
      return answered;
    });
    return server;
  }

  async function answer(server: Server, context: ServerContext, name: string, sent: object = {}) {
    const tool = tools.find((each) => each.name === name);
    if (!tool) throw new ProtocolError(ProtocolErrorCode.InvalidParams, `Unknown tool ${name}`);
    const { input, act } = tool;
    const { given, ignored } = readArguments(input, sent);
    const read = input.safeParse(given);
    if (!read.success) {
      const problems = read.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
      return { content: [textBlock(`Invalid arguments. ${problems.join('. ')}`)], isError: true };
    }
    const roots = 'folder' in input.shape ? await rootsOf(server, context) : [];
    if (roots === undefined) return inputRequired({ inputRequests: { roots: inputRequired.listRoots() } });
    const { signal } = context.mcpReq;
    const result = await run({ signal, progress: progressOf(context), roots }, (call) => act(call, read.data));
    const note = textBlock(`Ignored, not an argument of this tool: ${ignored.join(', ')}`);
    return ignored.length === 0 ? result : { ...result, content: [...result.content, note] };
  }
}

function shown({ name, title, description, annotations, input, output }: Tool): ShownTool {
  const [inputSchema, outputSchema] = [input, output].map((schema) => toJSONSchema(schema));
  return { name, title, description, annotations, inputSchema, outputSchema } as ShownTool;
}

const textBlock = (text: string) => ({ type: 'text' as const, text });

/**
 * Reads the arguments of a call as models send them: null and "" are arguments that were left out, "42" is 42, and
 * what the tool does not take is ignored, with a note.
 */
function readArguments({ shape }: ZodMiniObject, sent: object): { given: object; ignored: string[] } {
  const given: Record<string, unknown> = {};
  const ignored: string[] = [];
  for (const [name, value] of Object.entries(sent)) {
    const field = Object.hasOwn(shape, name) ? (shape[name] as ZodMiniType) : undefined;
    if (field === undefined) ignored.push(name);
    else if (value !== null && value !== '')
      given[name] = [value, untyped(value)].find((read) => field.safeParse(read).success) ?? value;
  }
  return { given, ignored };
}

/** A number, a boolean, a list or an object that was sent as a text. Some models write `True`. */
function untyped(value: unknown): unknown {
  const text = String(value).trim();
  return parseJson(/^(true|false)$/i.test(text) ? text.toLowerCase() : text);
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
function progressOf({ mcpReq: { notify, _meta } }: ServerContext): Talk['progress'] {
  const progressToken = _meta?.progressToken;
  if (progressToken === undefined) return undefined;
  let progress = 0;
  return (message) => {
    progress += 1;
    const params = { progressToken, progress, message };
    // A client that went away is told nothing.
    notify({ method: 'notifications/progress', params }).catch(() => undefined);
  };
}
