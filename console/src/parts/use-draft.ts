// An application that is being filled in: kept in memory at once, and as a draft at the gate a moment after the last key. Nothing is lost when the
// session ends, the browser closes, or the same draft is open in another window: then the other one is shown, and nothing is written over it.
import { useCallback, useEffect, useRef, useState } from 'react';
import { ask, type AnswerOf } from '../api/ask.js';
import { isLeft, Problem } from '../api/problem.js';
import { useKept } from './use-kept.js';

type Kept = AnswerOf<'GET /api/v1/drafts/{id}'>;
export type Form = Kept['form'];

/** After the last change, milliseconds. */
const REST_MS = 1_500;

export interface Draft {
  form: Form;
  /** Null until something was typed and saved. */
  id: string | null;
  standing: 'saved' | 'waiting' | 'saving' | 'failed';
  problem: Problem | null;
  change(form: Form): void;
  /** Saves now what waits; resolves when the gate has it. */
  save(): Promise<void>;
  /** Sent, or not wanted any more: away with it, here and at the gate. */
  discard(): Promise<void>;
}

interface Held {
  form: Form;
  id: string | null;
  version: number;
}

/** `id` null: a new one, begun at the gate with the first change. Of an old one `begun` is what was read. */
export function useDraft(id: string | null, begun: Kept | null = null): Draft {
  const [held, setHeld, forget] = useKept<Held>(`draft ${id ?? 'new'}`, { form: begun?.form ?? {}, id, version: begun?.version ?? 0 });
  const [standing, setStanding] = useState<Draft['standing']>('saved');
  const [problem, setProblem] = useState<Problem | null>(null);
  const latest = useRef(held);
  latest.current = held;
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null);
  const turn = useRef<Promise<void>>(Promise.resolve());

  const save = useCallback((): Promise<void> => {
    if (timer.current) clearTimeout(timer.current);
    timer.current = null;
    turn.current = turn.current.then(async () => {
      const { form, id: known, version } = latest.current;
      setStanding('saving');
      try {
        const told =
          known === null
            ? await ask('POST /api/v1/drafts', { body: { form } })
            : await ask('POST /api/v1/drafts/{id}', { params: { id: known }, body: { version, form } });
        latest.current = { form: latest.current.form, id: told.id, version: told.version };
        setHeld(latest.current);
        setProblem(null);
        setStanding(latest.current.form === form ? 'saved' : 'waiting');
      } catch (thrown) {
        if (isLeft(thrown)) return;
        setProblem(Problem.from(thrown));
        setStanding('failed');
      }
    });
    return turn.current;
  }, [setHeld]);

  useEffect(
    () => () => {
      if (timer.current) void save();
    },
    [save],
  );

  return {
    form: held.form,
    id: held.id,
    standing,
    problem,
    save,
    change(form) {
      latest.current = { ...latest.current, form };
      setHeld(latest.current);
      setStanding('waiting');
      if (timer.current) clearTimeout(timer.current);
      timer.current = setTimeout(() => void save(), REST_MS);
    },
    async discard() {
      if (timer.current) clearTimeout(timer.current);
      timer.current = null;
      await turn.current;
      const known = latest.current.id;
      if (known !== null) await ask('POST /api/v1/drafts/{id}/discard', { params: { id: known }, body: {} });
      latest.current = { form: {}, id: null, version: 0 };
      forget();
      setStanding('saved');
    },
  };
}
