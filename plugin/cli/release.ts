// exportgate release ID [--out FILE]: ask for or confirm the release; with --out the released package is fetched too.
import { clientOf, type Verb } from './context.js';
import { lines } from './request.js';

export const releaseRequest: Verb<{ id: string; out?: string }> = async (context, { id, out }) => {
  const client = clientOf(context);
  const view = await client.post<Parameters<typeof lines>[0]>(`/api/v1/requests/${id}/release`, {});
  if (out !== undefined && view.state === 'released') await client.download(`/api/v1/requests/${id}/package`, out);
  context.output.result(view, lines(view));
  return 0;
};
