// Over a page whose session is over, or that nobody touched: the same person signs in and goes on where they were; nobody else sees what lies behind.
import { Button } from 'antd';
import { useLayoutEffect } from 'react';
import { createPortal } from 'react-dom';
import type { Standing } from '../api/session.js';
import { useSay } from '../words/language.js';
import { leave } from './enter.js';
import { SignInForm } from './sign-in-form.js';
import { signInWords as words } from './words.js';

const cover = document.createElement('div');
cover.id = 'cover';

export function SessionOver({ standing: { session, locked } }: { standing: Extract<Standing, { kind: 'over' }> }) {
  const say = useSay();
  useLayoutEffect(() => {
    document.body.append(cover);
    // Dialogs and menus lie beside the page in the body: they too.
    const hide = (): void => {
      for (const each of document.body.children) if (each !== cover) each.setAttribute('inert', '');
    };
    hide();
    const watch = new MutationObserver(hide);
    watch.observe(document.body, { childList: true });
    document.body.classList.add('covered');
    const focused = document.activeElement;
    return () => {
      watch.disconnect();
      cover.remove();
      document.body.classList.remove('covered');
      for (const each of document.body.children) each.removeAttribute('inert');
      if (focused instanceof HTMLElement) focused.focus();
    };
  }, []);
  return createPortal(
    <div className="gateway" role="dialog" aria-modal="true" aria-labelledby="over-title">
      <div className="card">
        <h1 id="over-title">{say(locked ? words.lockedTitle : words.overTitle)}</h1>
        <p className="quiet">{say(locked ? words.lockedMore : words.overMore)}</p>
        <p>
          <strong>{session.name}</strong> <span className="quiet">{session.unit}</span>
        </p>
        <SignInForm user={session.user} />
        <nav className="ways">
          <Button type="link" onClick={() => void leave()}>
            {say(words.somebodyElse)}
          </Button>
        </nav>
      </div>
    </div>,
    cover,
  );
}
