import type { Clock } from '../world.ts';
import type { Caller } from './exchange.ts';
import { createGovernor } from './governor.ts';
import { type OpenImage, openImage, type Resumption } from './open-image.ts';
import { type Poll, poll } from './poll.ts';
import { asTemplate, createUrl, type Dialect, type Route, type StatusClues } from './routes.ts';
import { type Accepted, type Submission, submit } from './submit.ts';
import type { Transport } from './transport.ts';
import { type LocalPicture, type Uploaded, upload } from './upload.ts';

/** What is known of a server from earlier calls. */
interface Memory {
  recall(base: string): { dialect?: Dialect | undefined; statusTemplate?: string | undefined };
  remember(base: string, facts: { dialect?: Dialect; statusTemplate?: string }): void;
}

export interface ClientOptions {
  base: string;
  apiKey: string | undefined;
  /** `auto` finds out which form of the API the server has. */
  api: 'auto' | Dialect;
  transport: Transport;
  memory: Memory;
  clock: Clock;
  userAgent: string;
}

/** The service, as the rest of the program sees it. */
export type Api = ReturnType<typeof createApi>;

/** What to submit; where and how is for the client to know. */
type Order = Omit<Submission, 'dialects' | 'clock'>;

/** The most that an answer may have: enough for pictures inside it, little enough for any machine. */
const maxAnswerBytes = 64 * 1024 * 1024;

export function createApi({ base, api, memory, clock, transport, apiKey, userAgent }: ClientOptions) {
  const caller: Caller = {
    base,
    transport,
    apiKey,
    userAgent,
    maxBytes: maxAnswerBytes,
    governor: createGovernor(clock),
    clock,
  };
  function dialects(): [Dialect, ...Dialect[]] {
    const first = memory.recall(base).dialect ?? 'guide';
    return api === 'auto' ? [first, first === 'guide' ? 'service' : 'guide'] : [api];
  }

  return {
    base,
    /** For calls beside the task's life: prices, balance. */
    caller,
    /** Where a request would be posted first. */
    createUrl: (route?: Route): string => createUrl(base, dialects()[0], route),
    async submit(order: Order): Promise<Accepted> {
      const isKnown = api !== 'auto' || memory.recall(base).dialect !== undefined;
      const accepted = await submit(caller, {
        dialects: dialects(),
        clock,
        ...order,
        dialect: order.dialect ?? (isKnown ? dialects()[0] : undefined),
        // With which addresses of pictures a request left has to be known: its key is taken for no others.
        onPosting: isKnown && !order.route.pictures ? undefined : order.onPosting,
      });
      memory.remember(base, { dialect: accepted.dialect });
      return accepted;
    },
    async poll(id: string, clues: Omit<StatusClues, 'remembered'>, signal?: AbortSignal): Promise<Poll> {
      const remembered = memory.recall(base).statusTemplate;
      const found = await poll(caller, id, { ...clues, remembered }, signal);
      const template = asTemplate(found.statusUrl, id);
      if (template !== undefined) memory.remember(base, { statusTemplate: template });
      return found;
    },
    upload: (picture: LocalPicture, signal: AbortSignal): Promise<Uploaded> => upload(caller, picture, signal),
    openImage: (url: string, signal: AbortSignal, resume?: Resumption): Promise<OpenImage> =>
      openImage(caller, url, signal, resume),
  };
}
