// What the disk answers, in our words; and folders made durable.
import fs from 'node:fs';
import { Problem } from '../domain/problem.js';

const full = new Set(['ENOSPC', 'EFBIG', 'EDQUOT']);

/** An error of the file system → Problem `disk-full` or `store-unavailable`; Problems pass. */
export function diskProblem(thrown: unknown): Problem {
  if (thrown instanceof Problem) return thrown;
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : '';
  if (full.has(code))
    return new Problem('disk-full', 'The disk, its quota or the file size limit is used up. What was begun is removed.', { cause: thrown });
  return new Problem('store-unavailable', 'The disk of the sealed store did not take the step. The operators’ log has the cause.', {
    cause: thrown,
  });
}

/** A rename is durable only when the folder is. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await fs.promises.open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
