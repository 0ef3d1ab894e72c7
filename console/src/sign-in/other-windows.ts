// The windows of one browser share its session: when one of them changes it, the others follow, so that none shows one person's page to another.
import { current, sessionOver, signedIn } from '../api/session.js';
import { askSession } from '../api/ask.js';

const channel = new BroadcastChannel('exportgate.session');

/** `user` null: nobody any more. */
export const tellOthers = (user: string | null): void => channel.postMessage(user);

/** Returns the undo. */
export function followOthers(): () => void {
  channel.onmessage = ({ data }: MessageEvent<unknown>) => void follow(typeof data === 'string' ? data : null);
  return () => {
    channel.onmessage = null;
  };
}

async function follow(user: string | null): Promise<void> {
  const now = current();
  if (user === null) return sessionOver();
  if (now.kind === 'in' || now.kind === 'over') {
    if (now.session.user !== user) return location.reload();
  }
  const session = await askSession().catch(() => null);
  if (session) signedIn(session);
}
