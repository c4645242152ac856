import { Failure } from '../errors.ts';

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'no permission to write there',
  EPERM: 'no permission to write there',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  ENOENT: 'no folder can be made there',
  ENOTDIR: 'a part of the path is a file',
  EISDIR: 'it is a folder',
  ENAMETOOLONG: 'the name is too long',
  ELOOP: 'its links run in a circle',
  EMFILE: 'too many files are open',
  EFBIG: 'the file would be too large for the file system',
};

/** Explains an error of the file system, with a hint. A `Failure` passes through. */
export function diskFailure(error: unknown, path: string): Failure {
  if (error instanceof Failure) return error;
  const code = (error as NodeJS.ErrnoException).code ?? '';
  const reason = reasons[code] ?? (error instanceof Error ? error.message : String(error));
  const full = code === 'ENOSPC' || code === 'EDQUOT';
  const elsewhere = path === 'stdout' ? 'send the output elsewhere' : 'name another folder with --dir';
  return new Failure('download', `cannot write ${path}: ${reason}`, {
    hint: full ? `Free some space, or ${elsewhere}` : 'Name a folder that can be written with --dir',
    cause: error,
  });
}
