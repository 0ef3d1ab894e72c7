// Every screen of the console, in one list: its address, its name, who finds it in the menu. A further screen is one entry here; its file is
// loaded when somebody opens it.
import { BellOutlined, FileSearchOutlined, UserOutlined } from '@ant-design/icons';
import { lazy, type ComponentType, type ReactNode } from 'react';
import type { Session } from '../api/session.js';
import type { Word } from '../words/language.js';
import { shellWords as words } from './words.js';

/** `params`: the named parts of the address. */
export type Screen = ComponentType<{ params: Readonly<Record<string, string>> }>;

export interface Entry {
  path: string;
  title: Word;
  /** Left out: no entry in the menu; the screen is reached from another one. */
  menu?: { icon: ReactNode; /** For whom it makes sense, by what the gate says that they may do. Left out: everybody. */ for?(session: Session): boolean };
  Screen: Screen;
}

/** Loaded when it is first shown. */
const later = <K extends string>(load: () => Promise<Record<K, Screen>>, name: K): Screen =>
  lazy(async (): Promise<{ default: Screen }> => ({ default: (await load())[name] }));

export const screens: readonly Entry[] = [
  { path: '/requests', title: words.requests, menu: { icon: <FileSearchOutlined /> }, Screen: later(() => import('../screens/requests.js'), 'Requests') },
  { path: '/requests/:id', title: words.request, Screen: later(() => import('../screens/request-page.js'), 'RequestPage') },
  { path: '/notices', title: words.notices, menu: { icon: <BellOutlined /> }, Screen: later(() => import('../screens/notices.js'), 'Notices') },
  { path: '/account', title: words.account, menu: { icon: <UserOutlined /> }, Screen: later(() => import('../screens/account.js'), 'Account') },
];

/** Where one lands. */
export const home = '/requests';
