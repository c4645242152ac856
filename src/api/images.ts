import { at, isObject, type Json, parseJson } from '../json.ts';
import type { RemoteImage } from '../task/task.ts';

/** As many as the record can number. Of fewer that nobody asked for the engine saves the first, and says so. */
const mostImages = 1000;
/** Longer addresses are refused by most servers. */
const longestUrl = 8000;

/**
 * The pictures of a completed task, wherever this server puts them: the first of these places that holds any.
 * Empty where none does.
 */
export function imagesOf(answer: unknown): RemoteImage[] {
  const urls = urlsOf(answer).slice(0, mostImages);
  return urls.map((url) => ({ url }));
}

function urlsOf(answer: unknown): string[] {
  for (const place of ['images', 'image_urls', 'image_url', 'output', 'data']) {
    const urls = urlsIn(at(answer, place));
    if (urls.length > 0) return urls;
  }
  for (const wrapper of ['result', 'data', 'response.body']) {
    const inner = at(answer, wrapper);
    const read = typeof inner === 'string' ? (parseJson(inner) ?? inner) : inner;
    const urls = [isObject(read) ? urlsOf(read) : [], urlsIn(read)].find((found) => found.length > 0);
    if (urls) return urls;
  }
  return [];
}

function urlsIn(value: Json | undefined): string[] {
  if (typeof value === 'string') return imageUrl(value);
  if (Array.isArray(value)) return value.flatMap(urlsIn);
  if (!isObject(value)) return [];
  if (typeof value.b64_json === 'string') return [`data:;base64,${value.b64_json}`];
  return typeof value.url === 'string' ? urlsIn(value.url) : [];
}

/** Read as browsers do: spaces around an address mean nothing. */
function imageUrl(text: string): string[] {
  const url = text.trim();
  if (/^data:/i.test(url)) return [url.replace(/^data:/i, 'data:')];
  return /^https?:/i.test(url) && url.length <= longestUrl && URL.canParse(url) ? [url] : [];
}
