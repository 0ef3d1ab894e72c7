// A screen that is not there, or that broke: said, with a way on.
import { Button, Result } from 'antd';
import { Component, type ReactNode } from 'react';
import { useSay } from '../words/language.js';
import { linkTo } from './router.js';
import { home } from './screens.js';
import { shellWords as words } from './words.js';

export function Lost() {
  const say = useSay();
  return <Result status="info" title={<h1>{say(words.lost)}</h1>} subTitle={say(words.lostMore)} extra={<Button type="primary" href={linkTo(home)}>{say(words.goHome)}</Button>} />;
}

/** A screen's file that cannot be loaded is, as a rule, one of a console that was updated meanwhile. */
function Broken({ isUpdate }: { isUpdate: boolean }) {
  const say = useSay();
  return (
    <Result
      status="warning"
      title={<h1>{say(isUpdate ? words.updated : words.broken)}</h1>}
      subTitle={isUpdate && say(words.updatedMore)}
      extra={<Button type="primary" onClick={() => location.reload()}>{say(words.reload)}</Button>}
    />
  );
}

export class ScreenGuard extends Component<{ children: ReactNode }, { fault: unknown }> {
  override state: { fault: unknown } = { fault: null };

  static getDerivedStateFromError(fault: unknown): { fault: unknown } {
    return { fault };
  }

  override render(): ReactNode {
    const { fault } = this.state;
    if (fault === null) return this.props.children;
    return <Broken isUpdate={fault instanceof TypeError && /import|module/i.test(fault.message)} />;
  }
}
