// exportgate session start | list | end [ID]
import { Problem } from '../domain/problem.js';
import { clientOf, strangerOf, type Verb } from './context.js';

interface Listed {
  id: string;
  user: string;
  kind: string;
  startedAt: string;
  usedAt: string;
  isThis: boolean;
}

/** A token for the verbs that follow: a code of a second factor counts once, so a script signs in once. */
export const startSession: Verb<object> = async (context) => {
  const { env, otp, output } = context;
  const { EXPORTGATE_USER: user, EXPORTGATE_PASSWORD: password } = env;
  if (!user || !password) throw new Problem('token-missing', 'Who signs in?');
  const code = await otp?.();
  const answer = await strangerOf(context).post<{ token: string }>('/api/v1/session', {
    user,
    password,
    ...(code !== undefined && { otp: code }),
  });
  output.result(answer, [answer.token]);
  return 0;
};

export const listSessions: Verb<{ all?: boolean }> = async (context, { all }) => {
  const answer = await clientOf(context).get<{ sessions: Listed[] }>(`/api/v1/sessions${all ? '?all=true' : ''}`);
  context.output.result(
    answer,
    answer.sessions.map(
      (it) => `${it.id}  ${it.user}  ${it.kind}  since ${it.startedAt}, used ${it.usedAt}${it.isThis ? '  this one 本次' : ''}`,
    ),
  );
  return 0;
};

export const endSessions: Verb<{ id?: string }> = async (context, { id }) => {
  await clientOf(context).post(id === undefined ? '/api/v1/session/end' : `/api/v1/sessions/${id}/end`, {});
  context.output.result({ ended: id ?? 'this' }, [`${id ?? 'this session'}: ended 已结束`]);
  return 0;
};
