// The frame around every screen: header, menu, and the place where the screen stands.
import { LogoutOutlined, MenuOutlined, UserOutlined } from '@ant-design/icons';
import { Button, Drawer, Dropdown, Grid, Menu } from 'antd';
import { Suspense, useEffect, useRef, useState } from 'react';
import { useSession } from '../api/session.js';
import { Mark } from '../look/mark.js';
import { States } from '../parts/states.js';
import { leave } from '../sign-in/enter.js';
import { signInWords } from '../sign-in/words.js';
import { useSpeech } from '../words/language.js';
import { roleWord } from '../words/roles.js';
import { LanguageSwitch } from './language-switch.js';
import { Lost, ScreenGuard } from './lost.js';
import { NoticesBell } from './notices-bell.js';
import { goTo, linkTo, match, usePath } from './router.js';
import { home, screens, type Entry } from './screens.js';
import { shellWords as words } from './words.js';

function find(path: string): { entry: Entry; params: Record<string, string> } | null {
  for (const entry of screens) {
    const params = match(entry.path, path);
    if (params) return { entry, params };
  }
  return null;
}

export function Frame() {
  const { say } = useSpeech();
  const path = usePath();
  const session = useSession();
  const isWide = Grid.useBreakpoint().lg ?? true;
  const [isMenuOpen, setMenuOpen] = useState(false);
  const main = useRef<HTMLElement>(null);
  const found = find(path);
  useEffect(() => {
    if (path === '/') location.replace(linkTo(home));
  }, [path]);
  const title = say(found?.entry.title ?? words.lost);
  useEffect(() => {
    document.title = `${title} · ${say(words.product)}`;
  }, [title, say]);
  // A new screen is read from its beginning.
  const shown = useRef(path);
  useEffect(() => {
    if (shown.current === path) return;
    shown.current = path;
    main.current?.focus({ preventScroll: true });
    scrollTo(0, 0);
  }, [path]);
  const listed = screens.filter(({ menu }) => menu && (menu.for?.(session) ?? true));
  const selected = listed.filter((entry) => path === entry.path || path.startsWith(`${entry.path}/`)).map((entry) => entry.path);
  const menu = (
    <Menu
      mode="inline"
      selectedKeys={selected}
      items={listed.map(({ path: to, title: name, menu: own }) => ({ key: to, icon: own!.icon, label: <a href={linkTo(to)}>{say(name)}</a> }))}
      onClick={() => setMenuOpen(false)}
    />
  );
  const who = `${session.name} · ${session.roles[0] ? say(roleWord(session.roles[0].role)) : session.unit}`;
  return (
    <>
      <a
        className="skip"
        href="#main"
        onClick={(click) => {
          click.preventDefault();
          main.current?.focus();
        }}
      >
        {say(words.skip)}
      </a>
      <header className="top">
        {!isWide && <Button type="text" icon={<MenuOutlined />} aria-label={say(words.openMenu)} onClick={() => setMenuOpen(true)} />}
        <Mark />
        <span className="grow" />
        <NoticesBell />
        {isWide && <LanguageSwitch />}
        <Dropdown
          trigger={['click']}
          menu={{
            items: [
              { key: 'unit', type: 'group', label: session.unit },
              { key: 'account', icon: <UserOutlined />, label: say(words.account), onClick: () => goTo('/account') },
              { key: 'leave', icon: <LogoutOutlined />, label: say(words.signOut), onClick: () => void leave() },
            ],
          }}
        >
          <Button type="text" icon={<UserOutlined />} aria-label={`${say(words.account)}: ${who}`}>
            {isWide ? who : null}
          </Button>
        </Dropdown>
      </header>
      <div className="body">
        {isWide ? (
          <nav className="side" aria-label={say(words.navigation)}>
            {menu}
          </nav>
        ) : (
          <Drawer placement="left" size={260} open={isMenuOpen} onClose={() => setMenuOpen(false)} title={say(words.menu)} footer={<LanguageSwitch />}>
            <nav aria-label={say(words.navigation)}>{menu}</nav>
          </Drawer>
        )}
        <main id="main" ref={main} tabIndex={-1}>
          <ScreenGuard key={path}>
            <Suspense fallback={<States of={{ kind: 'loading', again: () => undefined }}>{() => null}</States>}>
              {found ? <found.entry.Screen params={found.params} /> : path !== '/' && <Lost />}
            </Suspense>
          </ScreenGuard>
          <footer className="quiet foot">
            {say(signInWords.caution)} · {say(words.notAdvice)}
          </footer>
        </main>
      </div>
    </>
  );
}
