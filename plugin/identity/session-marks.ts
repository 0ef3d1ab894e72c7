// What a session hands out: renewal tokens, cookies and CSRF tokens. Each is a MAC over what it stands for, under a key of the gate's, so
// nothing that opens a session lies in the database, and nobody who writes there can make one.
import { createHmac, hkdfSync, timingSafeEqual, type KeyObject } from 'node:crypto';

export type SessionKind = 'token' | 'cookie';

/** What a mark is bound to: changed in the database, the mark no longer fits. */
export interface Marked {
  id: string;
  user: string;
  kind: SessionKind;
  /** ISO-8601. The absolute end is counted from it. */
  startedAt: string;
}

export interface SessionMarks {
  /** Opaque text to hand out: `<session>.<generation>.<mac>`. */
  make(session: Marked, generation: number): string;
  isGenuine(text: string, session: Marked): boolean;
  /** Goes with a cookie: what a page of ours can send along, and a foreign page cannot know. */
  csrf(session: Marked): string;
  isCsrf(text: string, session: Marked): boolean;
}

const form = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.(\d{1,9})\.([\w-]{43})$/;

/** Which session and generation a text speaks of; null where it has not the form. Says nothing about whether it is genuine. */
export function readMark(text: string): { id: string; generation: number } | null {
  const [, id, generation] = form.exec(text) ?? [];
  return id === undefined ? null : { id, generation: Number(generation) };
}

/** `formerSecrets`: what was handed out under them is genuine until its session ends. */
export function makeSessionMarks(secret: KeyObject, formerSecrets: readonly KeyObject[] = []): SessionMarks {
  const keys = [secret, ...formerSecrets].map((each) => Buffer.from(hkdfSync('sha256', each, Buffer.alloc(0), 'exportgate/session', 32)));
  const [current] = keys as [Buffer, ...Buffer[]];
  const csrf = (key: Buffer, session: Marked): string => mac(key, 'csrf', session, 0);
  return {
    make: (session, generation) => make(current, session, generation),
    isGenuine: (text, session) => {
      const read = readMark(text);
      return read !== null && keys.some((key) => isSame(text, make(key, session, read.generation)));
    },
    csrf: (session) => csrf(current, session),
    isCsrf: (text, session) => keys.some((key) => isSame(text, csrf(key, session))),
  };
}

const mac = (key: Buffer, what: string, { id, user, kind, startedAt }: Marked, generation: number): string =>
  createHmac('sha256', key)
    .update(JSON.stringify([what, id, user, kind, startedAt, generation]))
    .digest('base64url');

const make = (key: Buffer, session: Marked, generation: number): string =>
  `${session.id}.${generation}.${mac(key, 'session', session, generation)}`;

function isSame(text: string, right: string): boolean {
  const [given, wanted] = [Buffer.from(text), Buffer.from(right)];
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}
