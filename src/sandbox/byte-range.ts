export interface ByteRange {
  first: number;
  /** The last byte that belongs to it. */
  last: number;
}

/**
 * The one range that a Range header asks for. Undefined where the whole is to be sent: no header, several ranges, or
 * none that can be read. `none` where it lies beyond the end.
 */
export function byteRange(header: string | undefined, length: number): ByteRange | 'none' | undefined {
  const [, from = '', to = ''] = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? '') ?? [];
  if (from === '' && to === '') return undefined;
  if (from === '') {
    return Number(to) === 0 ? 'none' : { first: Math.max(length - Number(to), 0), last: length - 1 };
  }
  const [first, last] = [Number(from), to === '' ? length - 1 : Math.min(Number(to), length - 1)];
  if (to !== '' && Number(to) < first) return undefined;
  return first >= length ? 'none' : { first, last };
}
