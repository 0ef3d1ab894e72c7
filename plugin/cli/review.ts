// exportgate review ID --approve | --return CODE
import { returnCodes } from '../domain/basis.js';
import { Problem } from '../domain/problem.js';
import { clientOf, type Verb } from './context.js';
import { lines } from './request.js';

export const reviewRequest: Verb<{ id: string; approve?: boolean; return?: string }> = async (context, options) => {
  const codes: readonly string[] = returnCodes;
  if ((options.approve === true) === (options.return !== undefined) || (options.return !== undefined && !codes.includes(options.return)))
    throw new Problem('config-invalid', `Say either --approve, or --return with one of: ${codes.join(' ')}`);
  const voice = options.return === undefined ? { verdict: 'approve' } : { verdict: 'return', code: options.return };
  const view = await clientOf(context).post<Parameters<typeof lines>[0]>(`/api/v1/requests/${options.id}/reviews`, voice);
  context.output.result(view, lines(view));
  return 0;
};
