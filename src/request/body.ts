import { isObject } from '../json.ts';
import { wireNameOf } from './further-fields.ts';
import { type ImageRequest, imageRequest } from './request.ts';

export type ParsedBody = { request: ImageRequest } | { errors: Record<string, string[]> };

/**
 * Parses a JSON body as a service takes it: nothing is read into it, neither short names nor numbers in texts. Tells
 * what is wrong with each field, by the name that it has in the body. Other fields are passed over.
 */
export function parseBody(body: unknown): ParsedBody {
  const given = isObject(body) ? body : {};
  const fields = Object.keys(imageRequest.shape).map((field) => [field, given[wireNameOf(field)]] as const);
  const parsed = imageRequest.safeParse(Object.fromEntries(fields.filter(([, value]) => value !== undefined)));
  if (parsed.success) return { request: parsed.data };
  const errors: Record<string, string[]> = {};
  for (const { path, message } of parsed.error.issues) {
    const name = wireNameOf(String(path[0]));
    errors[name] = [...(errors[name] ?? []), message];
  }
  return { errors };
}
