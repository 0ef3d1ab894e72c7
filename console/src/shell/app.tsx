// The console: the frame for whoever is signed in, the sign-in for whoever is not, and over a page whose session ended both.
import { App as AntApp, ConfigProvider } from 'antd';
import { StyleProvider } from '@ant-design/cssinjs';
import en from 'antd/es/locale/en_US';
import zh from 'antd/es/locale/zh_CN';
import { useEffect, useState } from 'react';
import { isLeft, Problem } from '../api/problem.js';
import { useStanding } from '../api/session.js';
import { theme } from '../look/theme.js';
import { NamesProvider } from '../parts/names.js';
import { Failing, States } from '../parts/states.js';
import { findSession } from '../sign-in/enter.js';
import { followOthers } from '../sign-in/other-windows.js';
import { SessionOver } from '../sign-in/session-over.js';
import { SignInPage } from '../sign-in/sign-in-page.js';
import { useIdleLock } from '../sign-in/use-idle-lock.js';
import { LanguageProvider, useSpeech } from '../words/language.js';
import { Frame } from './frame.js';

export const App = () => (
  <LanguageProvider>
    <Dressed />
  </LanguageProvider>
);

function Dressed() {
  const { language } = useSpeech();
  return (
    // In a layer: what the console's own sheet says counts before what antd makes while it runs.
    <StyleProvider layer>
      <ConfigProvider locale={language === 'zh' ? zh : en} theme={theme} button={{ autoInsertSpace: false }}>
        <AntApp component={false}>
          <Standing />
        </AntApp>
      </ConfigProvider>
    </StyleProvider>
  );
}

function Standing() {
  const standing = useStanding();
  useIdleLock(standing.kind === 'in');
  useEffect(followOthers, []);
  switch (standing.kind) {
    case 'unknown':
      return <Finding />;
    case 'out':
      return <SignInPage />;
    case 'in':
    case 'over':
      return (
        <NamesProvider>
          <Frame />
          {standing.kind === 'over' && <SessionOver standing={standing} />}
        </NamesProvider>
      );
  }
}

/** Is somebody signed in already? */
function Finding() {
  const [problem, setProblem] = useState<Problem | null>(null);
  const [round, setRound] = useState(0);
  useEffect(() => {
    const leaving = new AbortController();
    setProblem(null);
    findSession(leaving.signal).catch((thrown: unknown) => !leaving.signal.aborted && !isLeft(thrown) && setProblem(Problem.from(thrown)));
    return () => leaving.abort();
  }, [round]);
  return (
    <main className="finding">
      {problem ? <Failing problem={problem} again={() => setRound((before) => before + 1)} /> : <States of={{ kind: 'loading', again: () => undefined }}>{() => null}</States>}
    </main>
  );
}
