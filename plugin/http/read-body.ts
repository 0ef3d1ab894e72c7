// A body against its schema: every fault at once, with the place and what would be right.
import type { z } from 'zod';
import { Problem } from '../domain/problem.js';

export function readBody<S extends z.ZodType>(schema: S, body: unknown): z.infer<S> {
  const result = schema.safeParse(body ?? {});
  if (result.success) return result.data;
  const faults = result.error.issues
    .flatMap(told)
    .slice(0, 50)
    .map((issue) => ({ code: issue.code.replaceAll('_', '-'), where: issue.path.join('.') || 'body', detail: issue.message }));
  throw new Problem('body-malformed', `${faults.length} place(s) of the body are not as they should be.`, { faults });
}

/** What may be written in two ways is told as the one that it comes nearest to. */
function told(issue: z.core.$ZodIssue): z.core.$ZodIssue[] {
  if (issue.code !== 'invalid_union' || issue.errors.length === 0) return [issue];
  const [nearest] = [...issue.errors].sort((a, b) => a.length - b.length);
  return nearest!.flatMap((deeper) => told({ ...deeper, path: [...issue.path, ...deeper.path] }));
}
