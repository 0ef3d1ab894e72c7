// exportgate clock [--acknowledge]: the gate's clock, and whether releases wait for somebody to look at it.
import { clientOf, type Verb } from './context.js';

interface Clock {
  now: string;
  doubt: { entry: number; why: string; backMs: number } | null;
}

export const clock: Verb<{ acknowledge?: boolean }> = async (context, { acknowledge }) => {
  const client = clientOf(context);
  if (acknowledge) await client.post('/api/v1/clock/acknowledgement', {});
  const told = await client.get<Clock>('/api/v1/clock');
  const doubt = told.doubt && `in doubt 存疑: entry ${told.doubt.entry}, ${told.doubt.why}; nothing is released 暂停放行`;
  context.output.result(told, [told.now, ...(doubt ? [doubt] : [])]);
  return told.doubt ? 1 : 0;
};
