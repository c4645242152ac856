import { type House, isFirstTry } from './call.ts';
import type { Fault } from './faults.ts';
import type { Order } from './order.ts';
import { Refusal } from './refusal.ts';

const busy = { headers: { 'Retry-After': '1' } };

const refusals: { readonly [fault in Fault]?: () => Refusal } = {
  '402': () => new Refusal(402, 'Insufficient credits'),
  '422': () =>
    new Refusal(422, 'Validation failed', {
      errors: { prompt: ['was refused, as it ordered itself'] },
    }),
  '429': () => new Refusal(429, 'Too many requests', busy),
  '429-once': () => new Refusal(429, 'Too many requests', busy),
  '500': () => new Refusal(500, 'Internal server error'),
  '503-once': () => new Refusal(503, 'Service temporarily unavailable', busy),
};

/**
 * Refuses a new task where its prompt orders it; `attempt` is what the tries of one task have in common.
 *
 * @throws {Refusal} the one that the prompt orders
 */
export function refuseAsOrdered({ faults }: Order, attempt: string, house: House): void {
  for (const fault of faults) {
    const refusal = refusals[fault];
    if (refusal && (!fault.endsWith('-once') || isFirstTry(house, `${fault} ${attempt}`))) throw refusal();
  }
}
