// User, password, one-time code: the same form on the first page and over a page whose session is over.
import { LockOutlined, SafetyOutlined, UserOutlined } from '@ant-design/icons';
import { Button, Form, Input } from 'antd';
import { useEffect, useRef } from 'react';
import { Failing } from '../parts/states.js';
import { useAct } from '../parts/use-act.js';
import { useSay } from '../words/language.js';
import { enter, type Login } from './enter.js';
import { signInWords as words } from './words.js';

/** `user`: nobody else, because the page behind is theirs. */
export function SignInForm({ user, onReinvite }: { user?: string; onReinvite?: () => void }) {
  const say = useSay();
  const [form] = Form.useForm<Login>();
  const sent = useAct(enter);
  const needed = [{ required: true, message: say(words.needed) }];
  const first = useRef<HTMLDivElement>(null);
  useEffect(() => first.current?.querySelector<HTMLInputElement>('input:not([readonly])')?.focus(), []);
  const submit = async (login: Login): Promise<void> => {
    // A code counts once, and a wrong password is not worth keeping.
    if (!(await sent.run(login))) form.resetFields(['otp', 'password']);
  };
  return (
    <div ref={first}>
      {sent.problem && <Failing problem={sent.problem} />}
      {sent.problem?.code === 'reinvitation-needed' && (
        <p>
          {say(words.reinvite)} {onReinvite && <Button type="link" onClick={onReinvite}>{say(words.haveCode)}</Button>}
        </p>
      )}
      <Form form={form} layout="vertical" requiredMark={false} onFinish={(login) => void submit(login)} initialValues={{ user: user?.replace(/^user:/, '') }} disabled={sent.busy}>
        <Form.Item name="user" label={say(words.user)} rules={needed}>
          <Input prefix={<UserOutlined />} placeholder={say(words.userHint)} autoComplete="username" maxLength={80} readOnly={user !== undefined} spellCheck={false} autoCapitalize="none" />
        </Form.Item>
        <Form.Item name="password" label={say(words.password)} rules={needed}>
          <Input.Password prefix={<LockOutlined />} autoComplete="current-password" maxLength={256} visibilityToggle={false} />
        </Form.Item>
        <Form.Item name="otp" label={say(words.otp)} extra={say(words.otpHint)} rules={[{ pattern: /^\s*(\d{6})?\s*$/, message: say(words.otpShape) }]}>
          <Input prefix={<SafetyOutlined />} inputMode="numeric" autoComplete="one-time-code" maxLength={8} />
        </Form.Item>
        <Button type="primary" htmlType="submit" block size="large" loading={sent.busy}>
          {say(words.submit)}
        </Button>
      </Form>
    </div>
  );
}
