// What one is told, looked for once a minute while the page is seen.
import { useCallback, useEffect, useState } from 'react';
import { ask, type AnswerOf } from '../api/ask.js';
import { useStanding } from '../api/session.js';

export type Notice = AnswerOf<'GET /api/v1/notices'>['notices'][number];

const STEP_MS = 60_000;

export function useNotices(): { unseen: number; latest: readonly Notice[]; markSeen(): Promise<void> } {
  const isIn = useStanding().kind === 'in';
  const [told, setTold] = useState<AnswerOf<'GET /api/v1/notices'>>({ unseen: 0, notices: [] });
  const look = useCallback(async (signal?: AbortSignal) => {
    // Whatever fails here fails again where somebody asks for it.
    const found = await ask('GET /api/v1/notices', { query: { unseen: 'true', limit: '10' } }, { signal }).catch(() => null);
    if (found && !signal?.aborted) setTold(found);
  }, []);
  useEffect(() => {
    if (!isIn) return;
    const leaving = new AbortController();
    const lookIfSeen = (): void => void (document.visibilityState === 'visible' && look(leaving.signal));
    lookIfSeen();
    const timer = setInterval(lookIfSeen, STEP_MS);
    return () => {
      clearInterval(timer);
      leaving.abort();
    };
  }, [isIn, look]);
  const markSeen = useCallback(async () => {
    const [newest] = told.notices;
    if (!newest) return;
    await ask('POST /api/v1/notices/seen', { body: { upTo: newest.id } });
    await look();
  }, [told, look]);
  return { unseen: told.unseen, latest: told.notices, markSeen };
}
