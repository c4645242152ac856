import { Failure } from '../errors.ts';
import { hostOf } from './base-url.ts';

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

/** How a currency (ISO 4217) and a unit are written: anything else is not shown, and its amount means nothing. */
export const currencyForm = /^[A-Z]{3}$/;
export const unitForm = /^[A-Za-z][\w -]{0,31}$/;

/** Returns a moment that the service tells, where it is one. */
export function momentOf(told: string | null | undefined): string | null {
  return told && /^\d{4}-\d\d-\d\d([T ][\d:.]{5,18}(Z|[+-]\d\d:?\d\d)?)?$/.test(told) ? told : null;
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
