// The states that every screen has beside its own: loading, failing with a way to try again, forbidden, empty.
import { Alert, Button, Empty, Skeleton } from 'antd';
import type { ReactNode } from 'react';
import type { Problem } from '../api/problem.js';
import { problemWords } from '../words/problems.js';
import { useSpeech, type Word } from '../words/language.js';
import type { Asked } from './use-answer.js';
import { partWords as words } from './words.js';

interface Props<T> {
  of: Asked<T>;
  /** Is there nothing in it? Left out: there always is something. */
  isEmpty?(answer: T): boolean;
  /** Said where there is nothing, and what to do then. */
  empty?: { word: Word; action?: ReactNode };
  children(answer: T): ReactNode;
}

export function States<T>({ of, isEmpty, empty, children }: Props<T>) {
  const { say } = useSpeech();
  if (of.kind === 'loading')
    return (
      <div role="status" aria-label={say(words.loading)} className="state">
        <Skeleton active paragraph={{ rows: 4 }} />
      </div>
    );
  if (of.kind === 'failed') return <Failing problem={of.problem} again={of.again} />;
  if (isEmpty?.(of.answer)) return <Empty className="state" image={Empty.PRESENTED_IMAGE_SIMPLE} description={say(empty?.word ?? words.empty)}>{empty?.action}</Empty>;
  return children(of.answer);
}

/** A problem in both its parts: what it is called, in the reader's language, and the gate's own sentence. */
export function Failing({ problem, again, called }: { problem: Problem; again?: (() => void) | undefined; /** Where the code means something else. */ called?: Word | undefined }) {
  const { say, language } = useSpeech();
  const title = say(called ?? (problem.isForbidden && again ? words.forbidden : (problemWords[problem.code] ?? problemWords.internal)));
  return (
    <Alert
      className="failing"
      role="alert"
      showIcon
      type={problem.isForbidden ? 'warning' : 'error'}
      title={title}
      description={
        <>
          {problem.isForbidden && again && <p>{say(problemWords[problem.code])}</p>}
          {problem.detail && <p lang={language === 'zh' && !/\p{Script=Han}/u.test(problem.detail) ? 'en' : undefined}>{problem.detail}</p>}
          {problem.faults.length > 0 && (
            <ul>
              {problem.faults.map(({ code, where, detail }) => (
                <li key={`${code} ${where}`}>
                  <code>{where}</code> {detail}
                </li>
              ))}
            </ul>
          )}
          {problem.status >= 500 && problem.instance && (
            <p className="quiet">
              {say(words.instance)} <code>{problem.instance.replace('urn:uuid:', '')}</code>
            </p>
          )}
          {again && !problem.isForbidden && (
            <p>
              <Button onClick={again}>{say(words.again)}</Button>
            </p>
          )}
        </>
      }
    />
  );
}
