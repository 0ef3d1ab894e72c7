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
}

const form = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.(\d{1,9})\.([\w-]{43})$/;

/** Which session and generation a text speaks of; null where it has not the form. Says nothing about whether it is genuine. */
export function readMark(text: string): { id: string; generation: number } | null {
  const [, id, generation] = form.exec(text) ?? [];
  return id === undefined ? null : { id, generation: Number(generation) };
}

export function makeSessionMarks(secret: KeyObject): SessionMarks {
  const key = Buffer.from(hkdfSync('sha256', secret, Buffer.alloc(0), 'exportgate/session', 32));
  const mac = (what: string, { id, user, kind, startedAt }: Marked, generation: number): string =>
    createHmac('sha256', key)
      .update(JSON.stringify([what, id, user, kind, startedAt, generation]))
      .digest('base64url');
  const make: SessionMarks['make'] = (session, generation) => `${session.id}.${generation}.${mac('session', session, generation)}`;
  return {
    make,
    isGenuine: (text, session) => {
      const read = readMark(text);
      const wanted = Buffer.from(make(session, read?.generation ?? 0));
      const given = Buffer.from(text);
      return read !== null && given.length === wanted.length && timingSafeEqual(given, wanted);
    },
    csrf: (session) => mac('csrf', session, 0),
  };
}
