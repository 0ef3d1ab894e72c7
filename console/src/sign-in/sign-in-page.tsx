// The first page: signing in, or one of the ways to an account.
import { Button, Form, Input } from 'antd';
import { useState } from 'react';
import { Failing } from '../parts/states.js';
import { useAct } from '../parts/use-act.js';
import { LanguageSwitch } from '../shell/language-switch.js';
import { Mark } from '../look/mark.js';
import { shellWords } from '../shell/words.js';
import { useSay } from '../words/language.js';
import { enterSecond } from './enter.js';
import { Join } from './join.js';
import { SignInForm } from './sign-in-form.js';
import { signInWords as words } from './words.js';

type Way = 'sign-in' | 'invitation' | 'set-up' | 'second-factor';

/** An identity provider sends the browser back with this behind the address. */
const landed = (): Way => (location.search === '?second-factor' ? 'second-factor' : 'sign-in');

export function SignInPage() {
  const say = useSay();
  const [way, setWay] = useState<Way>(landed);
  const toSignIn = (): void => setWay('sign-in');
  return (
    <div className="gateway">
      <header>
        <Mark />
        <LanguageSwitch />
      </header>
      <main className="card">
        {way === 'sign-in' && (
          <>
            <h1>{say(words.title)}</h1>
            <SignInForm onReinvite={() => setWay('invitation')} />
            <nav className="ways" aria-label={say(words.title)}>
              <Button type="link" onClick={() => setWay('invitation')}>
                {say(words.haveCode)}
              </Button>
              <Button type="link" onClick={() => setWay('set-up')}>
                {say(words.firstRun)}
              </Button>
            </nav>
          </>
        )}
        {way === 'second-factor' && <SecondFactor />}
        {(way === 'invitation' || way === 'set-up') && <Join by={way} onDone={toSignIn} />}
        {way !== 'sign-in' && (
          <nav className="ways">
            <Button type="link" onClick={toSignIn}>
              {say(words.back)}
            </Button>
          </nav>
        )}
      </main>
      <footer className="quiet">
        {say(words.caution)} · {say(shellWords.notAdvice)}
      </footer>
    </div>
  );
}

function SecondFactor() {
  const say = useSay();
  const sent = useAct(enterSecond);
  return (
    <>
      <h1>{say(words.title)}</h1>
      <p className="quiet">{say(words.providerSecond)}</p>
      {sent.problem && <Failing problem={sent.problem} />}
      <Form<{ otp: string }> layout="vertical" requiredMark={false} onFinish={({ otp }) => void sent.run(otp)}>
        <Form.Item name="otp" label={say(words.otp)} rules={[{ required: true, pattern: /^\s*\d{6}\s*$/, message: say(words.otpShape) }]}>
          <Input inputMode="numeric" autoComplete="one-time-code" maxLength={8} autoFocus />
        </Form.Item>
        <Button type="primary" htmlType="submit" block size="large" loading={sent.busy}>
          {say(words.submit)}
        </Button>
      </Form>
    </>
  );
}
