import { createTempFile, type TempFile, tempPath } from '../disk/temp-file.ts';
import { record } from './record.ts';
import type { Job } from './work.ts';

/** A temporary file that whoever takes the task up after a crash knows of, and removes. Throws `download`. */
export async function createJobFile(job: Job, folder: string): Promise<TempFile> {
  const path = tempPath(folder);
  void record(job, { event: 'temporary', path }); // written when the call returns: that is enough
  return await createTempFile(folder, path);
}
