// The page locks when nobody touched any window of it for a while: the session ends at the gate, and what was typed waits behind the sign-in.
import { useEffect } from 'react';
import { sessionOver } from '../api/session.js';
import { endSession } from './enter.js';

/** Milliseconds; below the half hour after which the gate itself ends a session that asks nothing. */
export const IDLE_MS = 15 * 60_000;
const LOOK_MS = 10_000;
const TOUCHES = ['pointerdown', 'keydown', 'wheel', 'touchstart'] as const;
/** The time of the last touch, so that windows of one person keep each other open. */
const KEPT = 'exportgate.touched';

export function useIdleLock(isOpen: boolean): void {
  useEffect(() => {
    if (!isOpen) return;
    let touched = Date.now();
    const touch = (): void => {
      touched = Date.now();
    };
    const look = (): void => {
      const elsewhere = Number(localStorage.getItem(KEPT) ?? 0);
      if (touched > elsewhere + LOOK_MS) localStorage.setItem(KEPT, String(touched));
      if (Date.now() - Math.max(touched, elsewhere) < IDLE_MS) return;
      // First here: what the gate answers meanwhile is shown to nobody.
      const ending = endSession();
      sessionOver(true);
      void ending;
    };
    for (const name of TOUCHES) addEventListener(name, touch, { passive: true, capture: true });
    const timer = setInterval(look, LOOK_MS);
    return () => {
      clearInterval(timer);
      for (const name of TOUCHES) removeEventListener(name, touch, { capture: true });
    };
  }, [isOpen]);
}
