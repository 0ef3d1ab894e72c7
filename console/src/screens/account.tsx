// One's own account: what the gate knows one by, which sessions are open and how to end them, one's password.
import { App, Button, Form, Input, Table, Tag, type TableColumnsType } from 'antd';
import { ask, type AnswerOf } from '../api/ask.js';
import { useSession } from '../api/session.js';
import { useNames } from '../parts/names.js';
import { PageHead } from '../parts/page-head.js';
import { Failing, States } from '../parts/states.js';
import { Time } from '../parts/time.js';
import { useAct } from '../parts/use-act.js';
import { useAnswer } from '../parts/use-answer.js';
import { NewPassword } from '../sign-in/join.js';
import { signInWords } from '../sign-in/words.js';
import { useSay } from '../words/language.js';
import { roleWord } from '../words/roles.js';
import { accountWords as words } from './words.js';

type Session = AnswerOf<'GET /api/v1/sessions'>['sessions'][number];

export function Account() {
  const say = useSay();
  return (
    <>
      <PageHead title={say(words.title)} />
      <section className="panel">
        <h2>{say(words.who)}</h2>
        <Who />
      </section>
      <section className="panel">
        <h2>{say(words.sessions)}</h2>
        <p className="quiet">{say(words.sessionsMore)}</p>
        <Sessions />
      </section>
      <section className="panel">
        <h2>{say(words.password)}</h2>
        <p className="quiet">{say(words.passwordMore)}</p>
        <Password />
      </section>
    </>
  );
}

function Who() {
  const say = useSay();
  const names = useNames();
  const { user, name, unit, roles } = useSession();
  return (
    <dl className="facts">
      <dt>{say(words.name)}</dt>
      <dd>{name}</dd>
      <dt>{say(words.user)}</dt>
      <dd>
        <code>{user}</code>
      </dd>
      <dt>{say(words.unit)}</dt>
      <dd>{unit}</dd>
      <dt>{say(words.roles)}</dt>
      <dd>
        {roles.length === 0 && say(words.noRoles)}
        {roles.map(({ role, place }) => (
          <Tag key={`${role} ${place}`}>
            {say(roleWord(role))} · {names.place(place) ?? say(words.everywhere)}
          </Tag>
        ))}
      </dd>
    </dl>
  );
}

function Sessions() {
  const say = useSay();
  const { message } = App.useApp();
  const asked = useAnswer('GET /api/v1/sessions', {});
  const ended = useAct(async (id: string) => {
    await ask('POST /api/v1/sessions/{id}/end', { params: { id }, body: {} });
    void message.success(say(words.ended));
    asked.again();
  });
  const columns: TableColumnsType<Session> = [
    { title: say(words.started), key: 'started', render: (_, { startedAt }) => <Time at={startedAt} /> },
    { title: say(words.used), key: 'used', render: (_, { usedAt }) => <Time at={usedAt} /> },
    { title: say(words.sessions), key: 'kind', render: (_, { kind, isThis }) => (isThis ? <Tag color="blue">{say(words.here)}</Tag> : say(words[kind])) },
    {
      title: say(words.end),
      key: 'end',
      render: (_, { id, isThis }) =>
        isThis ? null : (
          <Button size="small" danger loading={ended.busy} onClick={() => void ended.run(id)}>
            {say(words.end)}
          </Button>
        ),
    },
  ];
  return (
    <States of={asked}>
      {({ sessions }) => (
        <>
          {ended.problem && <Failing problem={ended.problem} />}
          <Table<Session> size="small" rowKey="id" columns={columns} dataSource={sessions} pagination={false} scroll={{ x: 'max-content' }} />
        </>
      )}
    </States>
  );
}

function Password() {
  const say = useSay();
  const { message } = App.useApp();
  const [form] = Form.useForm<{ current: string; next: string; otp?: string }>();
  const sent = useAct(async ({ current, next, otp }: { current: string; next: string; otp?: string }) => {
    await ask('POST /api/v1/password', { body: { current, next, ...(otp?.trim() && { otp: otp.trim() }) } });
    form.resetFields();
    void message.success(say(words.changed));
  });
  return (
    <Form form={form} layout="vertical" requiredMark={false} style={{ maxWidth: 360 }} disabled={sent.busy} onFinish={(typed) => void sent.run(typed)}>
      {sent.problem && <Failing problem={sent.problem} />}
      <Form.Item name="current" label={say(words.current)} rules={[{ required: true, message: say(signInWords.needed) }]}>
        <Input.Password autoComplete="current-password" maxLength={256} visibilityToggle={false} />
      </Form.Item>
      <NewPassword name="next" />
      <Form.Item name="otp" label={say(signInWords.otp)} extra={say(signInWords.otpHint)}>
        <Input inputMode="numeric" autoComplete="one-time-code" maxLength={8} />
      </Form.Item>
      <Button type="primary" htmlType="submit" loading={sent.busy}>
        {say(words.change)}
      </Button>
    </Form>
  );
}
