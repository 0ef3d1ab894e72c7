// exportgate request frame ID | request times ID: a person's word on times that no recorder proved.
import { clientOf, type Verb } from './context.js';
import { lines } from './request.js';

export const fetchFrame: Verb<{ id: string; camera: string; edge: string; out: string }> = async (context, { id, camera, edge, out }) => {
  const query = new URLSearchParams({ camera, edge }).toString();
  const bytes = await clientOf(context).download(`/api/v1/requests/${id}/frame?${query}`, out);
  context.output.result({ frame: out, bytes }, [`${out}: look which time the clock in the picture shows 看画面自带的时间`]);
  return 0;
};

export const confirmTimes: Verb<{ id: string; camera: string; first: string; last: string }> = async (
  context,
  { id, camera, first, last },
) => {
  const view = await clientOf(context).post<Parameters<typeof lines>[0]>(`/api/v1/requests/${id}/times`, { camera, first, last });
  context.output.result(view, lines(view));
  return 0;
};
