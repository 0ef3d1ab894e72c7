// exportgate account set-up FILE | invite FILE | invitations | confirm ID | accept | password | list | close USER
import { askLines, type Input } from './ask-login.js';
import { clientOf, strangerOf, type Verb } from './context.js';
import { readJson } from './read-form.js';

/** Where what nobody may see in an argument list is typed. */
export interface Desk {
  input: Input;
  prompts: NodeJS.WritableStream;
}

interface Joined {
  user: string;
  expiresAt: string;
  secondFactor: { secret: string; uri: string } | null;
}

interface Invited {
  id: string;
  user: string;
  code: string | null;
  expiresAt: string | null;
}

const token = { prompt: '一次性令牌 one-time token: ', isShown: true };
const password = { prompt: '自己的新密码 a new password of your own (not shown 不显示): ' };

export const setUpAccount =
  ({ input, prompts }: Desk): Verb<{ file: string }> =>
  async (context, { file }) => {
    const form = await readJson(file);
    const [given, chosen] = await askLines(input, prompts, [token, password]);
    const joined = await strangerOf(context).post<Joined>('/api/v1/setup', { ...(form as object), token: given, password: chosen });
    context.output.result(joined, welcome(joined));
    return 0;
  };

export const inviteSomebody: Verb<{ file: string }> = async (context, { file }) => {
  const invited = await clientOf(context).post<Invited>('/api/v1/invitations', await readJson(file));
  context.output.result(invited, told(invited));
  return 0;
};

export const confirmInvited =
  ({ input, prompts }: Desk): Verb<{ id: string; withToken?: boolean }> =>
  async (context, { id, withToken }) => {
    const given = withToken ? { token: (await askLines(input, prompts, [token]))[0] } : {};
    const invited = await clientOf(context).post<Invited>(`/api/v1/invitations/${id}/confirmation`, given);
    context.output.result(invited, told(invited));
    return 0;
  };

export const listInvitations: Verb<object> = async (context) => {
  const answer = await clientOf(context).get<{
    invitations: { id: string; user: string; name: string; unit: string; expiresAt: string; waitsForSecond: boolean; askedBy: string }[];
  }>('/api/v1/invitations');
  context.output.result(
    answer,
    answer.invitations.map(
      (it) =>
        `${it.id}  ${it.user}  ${it.name}, ${it.unit}, until ${it.expiresAt}, asked by ${it.askedBy}; waits for ${it.waitsForSecond ? 'a second administrator 待第二名管理员' : 'its acceptance 待接受'}`,
    ),
  );
  return 0;
};

export const acceptInvitation =
  ({ input, prompts }: Desk): Verb<object> =>
  async (context) => {
    const [code, chosen] = await askLines(input, prompts, [{ prompt: '邀请码 code of the invitation: ', isShown: true }, password]);
    const joined = await strangerOf(context).post<Joined>('/api/v1/invitations/acceptance', { code, password: chosen });
    context.output.result(joined, welcome(joined));
    return 0;
  };

export const changeOwnPassword =
  ({ input, prompts }: Desk): Verb<object> =>
  async (context) => {
    const [current, next, otp] = await askLines(input, prompts, [
      { prompt: '现密码 present password (not shown 不显示): ' },
      password,
      { prompt: '动态码 six digits, where you have a second factor: ', isShown: true, isOptional: true },
    ]);
    await clientOf(context).post('/api/v1/password', { current, next, ...(otp && { otp }) });
    context.output.result({ changed: true }, ['changed 已更改; your other sessions have ended']);
    return 0;
  };

export const listAllAccounts: Verb<object> = async (context) => {
  const answer = await clientOf(context).get<{
    accounts: {
      user: string;
      name: string;
      unit: string;
      state: string;
      expiresAt: string;
      administrator: boolean;
      secondFactor: boolean;
      lack: string | null;
    }[];
  }>('/api/v1/accounts');
  context.output.result(
    answer,
    answer.accounts.map((it) => {
      const marks = [
        it.state,
        it.administrator && 'administrator 管理员',
        it.secondFactor && 'second factor 双因素',
        it.lack && 'invite again 须重新邀请',
      ];
      return `${it.user}  ${it.name}, ${it.unit}, until ${it.expiresAt}: ${marks.filter(Boolean).join(', ')}`;
    }),
  );
  return 0;
};

export const closeSomebody: Verb<{ user: string }> = async (context, { user }) => {
  await clientOf(context).post(`/api/v1/accounts/${user.replace(/^user:/, '')}/close`, {});
  context.output.result({ user, closed: true }, [`${user}: closed 已关闭, sessions ended`]);
  return 0;
};

const told = ({ id, user, code, expiresAt }: Invited): string[] =>
  code === null
    ? [`${user}: waits for a second administrator 待第二名管理员确认: exportgate account confirm ${id}`]
    : [
        `${user}: code 邀请码 ${code}`,
        `Hand it over in person; it is shown once and ends ${expiresAt}. They use it: exportgate account accept`,
      ];

const welcome = ({ user, expiresAt, secondFactor }: Joined): string[] => [
  `${user}: account until ${expiresAt}`,
  ...(secondFactor
    ? [
        `second factor 双因素密钥, shown once 仅显示一次: ${secondFactor.secret}`,
        `put it into an authenticator app 请加入验证器: ${secondFactor.uri}`,
      ]
    : []),
];
