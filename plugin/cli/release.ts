// exportgate release ID: ask for or confirm the release.
import { clientOf, type Verb } from './context.js';
import { lines } from './request.js';

export const releaseRequest: Verb<{ id: string; originalsFor?: string }> = async (context, { id, originalsFor }) => {
  const view = await clientOf(context).post<Parameters<typeof lines>[0]>(`/api/v1/requests/${id}/release`, originalsFor === undefined ? {} : { originalsFor });
  context.output.result(view, lines(view));
  return 0;
};
