// exportgate delegation add | list | end: who stands in for whom during a leave.
import { clientOf, type Verb } from './context.js';

interface Delegation {
  id: number;
  by: string;
  to: string;
  role: string;
  site: string;
  from: string;
  until: string;
}

const line = ({ id, by, to, role, site, from, until }: Delegation): string => `${id}  ${by} → ${to}  ${role} ${site}  ${from} – ${until}`;

export const addDelegation: Verb<Omit<Delegation, 'id' | 'by'>> = async (context, { to, role, site, from, until }) => {
  const made = await clientOf(context).post<Delegation>('/api/v1/delegations', { to, role, site, from, until });
  context.output.result(made, [line(made)]);
  return 0;
};

export const listDelegations: Verb<object> = async (context) => {
  const { delegations } = await clientOf(context).get<{ delegations: Delegation[] }>('/api/v1/delegations');
  context.output.result(delegations, delegations.length > 0 ? delegations.map(line) : ['none 无']);
  return 0;
};

export const endDelegation: Verb<{ id: string }> = async (context, { id }) => {
  await clientOf(context).post(`/api/v1/delegations/${id}/end`, {});
  context.output.result({ ended: id }, ['ended 已结束']);
  return 0;
};
