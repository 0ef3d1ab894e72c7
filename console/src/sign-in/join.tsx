// Joining: a one-time code or the machine's token, and a password of one's own; then the second factor, shown once.
import { Alert, Button, Form, Input, QRCode, Typography } from 'antd';
import { useState } from 'react';
import { ask, type AnswerOf } from '../api/ask.js';
import { Failing } from '../parts/states.js';
import { useAct } from '../parts/use-act.js';
import { useSay } from '../words/language.js';
import { userOf } from './enter.js';
import { signInWords as words } from './words.js';

type Joined = AnswerOf<'POST /api/v1/setup'>;
interface Typed {
  code: string;
  token: string;
  user: string;
  name: string;
  unit: string;
  password: string;
}

const steps = {
  invitation: ({ code, password }: Typed): Promise<Joined> => ask('POST /api/v1/invitations/acceptance', { body: { code: code.trim(), password } }, { isSignIn: true }),
  'set-up': ({ token, user, name, unit, password }: Typed): Promise<Joined> =>
    ask('POST /api/v1/setup', { body: { token: token.trim(), user: userOf(user), name, unit, password } }, { isSignIn: true }),
};

export function Join({ by, onDone }: { by: keyof typeof steps; onDone(): void }) {
  const say = useSay();
  const [joined, setJoined] = useState<Joined | null>(null);
  const sent = useAct(async (typed: Typed) => setJoined(await steps[by](typed)));
  if (joined?.secondFactor) return <Enrol {...joined.secondFactor} onDone={onDone} />;
  if (joined)
    return (
      <>
        <Alert type="success" showIcon title={say(words.joined)} className="failing" />
        <Button type="primary" block size="large" onClick={onDone}>
          {say(words.submit)}
        </Button>
      </>
    );
  const needed = [{ required: true, message: say(words.needed) }];
  const isSetUp = by === 'set-up';
  return (
    <>
      <h1>{say(isSetUp ? words.setUpTitle : words.acceptTitle)}</h1>
      <p className="quiet">{say(isSetUp ? words.setUpMore : words.acceptMore)}</p>
      {sent.problem && <Failing problem={sent.problem} called={sent.problem.code === 'token-invalid' ? words.wrongToken : undefined} />}
      <Form<Typed> layout="vertical" requiredMark={false} disabled={sent.busy} onFinish={(typed) => void sent.run(typed)}>
        {isSetUp ? (
          <>
            <Form.Item name="token" label={say(words.token)} rules={needed}>
              <Input autoComplete="off" maxLength={128} spellCheck={false} />
            </Form.Item>
            <Form.Item name="user" label={say(words.user)} rules={needed}>
              <Input autoComplete="username" maxLength={80} spellCheck={false} placeholder="root.luo" />
            </Form.Item>
            <Form.Item name="name" label={say(words.name)} rules={needed}>
              <Input autoComplete="name" maxLength={64} />
            </Form.Item>
            <Form.Item name="unit" label={say(words.unit)} rules={needed}>
              <Input autoComplete="organization" maxLength={120} />
            </Form.Item>
          </>
        ) : (
          <Form.Item name="code" label={say(words.code)} rules={needed}>
            <Input autoComplete="off" maxLength={128} spellCheck={false} />
          </Form.Item>
        )}
        <NewPassword />
        <Button type="primary" htmlType="submit" block size="large" loading={sent.busy}>
          {say(isSetUp ? words.setUp : words.accept)}
        </Button>
      </Form>
    </>
  );
}

/** Twice, as it cannot be seen. Fields `password` and `repeat` of the form around it. */
export function NewPassword({ name = 'password' }: { name?: string }) {
  const say = useSay();
  return (
    <>
      <Form.Item name={name} label={say(words.newPassword)} extra={say(words.passwordRule)} rules={[{ required: true, message: say(words.needed) }]}>
        <Input.Password autoComplete="new-password" maxLength={256} visibilityToggle={false} />
      </Form.Item>
      <Form.Item
        name="repeat"
        label={say(words.repeat)}
        dependencies={[name]}
        rules={[
          { required: true, message: say(words.needed) },
          ({ getFieldValue }) => ({ validator: (_, value) => (value && value !== getFieldValue(name) ? Promise.reject(new Error(say(words.differs))) : Promise.resolve()) }),
        ]}
      >
        <Input.Password autoComplete="new-password" maxLength={256} visibilityToggle={false} />
      </Form.Item>
    </>
  );
}

function Enrol({ secret, uri, onDone }: { secret: string; uri: string; onDone(): void }) {
  const say = useSay();
  return (
    <>
      <h1>{say(words.enrolTitle)}</h1>
      <p className="quiet">{say(words.enrolMore)}</p>
      <div className="enrol" role="img" aria-label={say(words.enrolPicture)}>
        <div aria-hidden="true">
          <QRCode type="svg" value={uri} size={200} bordered={false} />
        </div>
      </div>
      <p>
        {say(words.secret)}
        <br />
        <Typography.Text code copyable className="secret">
          {secret}
        </Typography.Text>
      </p>
      <Button type="primary" block size="large" onClick={onDone}>
        {say(words.enrolled)}
      </Button>
    </>
  );
}
