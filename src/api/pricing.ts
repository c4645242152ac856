import { Failure } from '../errors.ts';
import { hostOf } from './submit.ts';

/** What is paid for, as the service's price routes name it. */
export const action = 'text_to_image';

/** The service's own documents write its name in both ways. */
const serviceNames = ['imagen-4', 'imagen_4'] as const;

/** Asks with one name of the service after the other while it knows none; throws its first refusal. */
export async function withServiceName<Result>(ask: (service: string) => Promise<Result>): Promise<Result> {
  let refusal: unknown;
  for (const name of serviceNames) {
    try {
      return await ask(name);
    } catch (error) {
      const unknown = error instanceof Failure && (error.code === 'validation' || error.code === 'not_found');
      if (!unknown) throw error;
      refusal ??= error;
    }
  }
  throw refusal;
}

/** Whether what is told of a price counts: the service also lists models that it has no price for yet. */
export function isAvailable(status: string | undefined): boolean {
  return status === undefined || status === 'available';
}

export function untold(base: string, model: string): Failure {
  return new Failure('not_found', `${hostOf(base)} tells no price for ${model}`, {
    hint: 'Look again later, or at https://runapi.ai/pricing',
  });
}
