// exportgate review ID --approve [--plan DIGEST] | --return CODE
import { returnCodes } from '../domain/basis.js';
import { Problem } from '../domain/problem.js';
import { clientOf, type Verb } from './context.js';
import { lines } from './request.js';

export const reviewRequest: Verb<{ id: string; approve?: boolean; return?: string; plan?: string }> = async (context, options) => {
  const codes: readonly string[] = returnCodes;
  if ((options.approve === true) === (options.return !== undefined) || (options.return !== undefined && !codes.includes(options.return)))
    throw new Problem('config-invalid', `Say either --approve, or --return with one of: ${codes.join(' ')}`);
  const client = clientOf(context);
  const address = `/api/v1/requests/${options.id}`;
  // A voice is bound to a plan: the one named, or the one that stands at this moment.
  const plan = async () => options.plan ?? (await client.get<{ planDigest: string | null }>(address)).planDigest ?? undefined;
  const voice =
    options.return === undefined ? { verdict: 'approve', planDigest: await plan() } : { verdict: 'return', code: options.return };
  const view = await client.post<Parameters<typeof lines>[0]>(`${address}/reviews`, voice);
  context.output.result(view, lines(view));
  return 0;
};
