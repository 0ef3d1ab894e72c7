// What the gate answers to a screen, while the screen is there: asked when it is shown, asked anew when what it asks for changes or somebody says so.
import { useCallback, useEffect, useState } from 'react';
import { ask, type AnswerOf, type Given, type Name } from '../api/ask.js';
import { isLeft, Problem } from '../api/problem.js';

export type Asked<T> =
  | { kind: 'loading'; again(): void }
  | { kind: 'failed'; problem: Problem; again(): void }
  /** `refreshing`: an older answer is shown while the next one is waited for. */
  | { kind: 'there'; answer: T; refreshing: boolean; again(): void };

type Known<T> = { of: string; answer: T | null; problem: Problem | null; asking: boolean };

export function useAnswer<N extends Name>(name: N, given: Given<N>): Asked<AnswerOf<N>> {
  const of = JSON.stringify([name, given]);
  const [round, setRound] = useState(0);
  const [known, setKnown] = useState<Known<AnswerOf<N>>>({ of, answer: null, problem: null, asking: true });
  const again = useCallback(() => setRound((before) => before + 1), []);
  useEffect(() => {
    const leaving = new AbortController();
    setKnown((before) => (before.of === of ? { ...before, asking: true } : { of, answer: null, problem: null, asking: true }));
    ask(name, given, { signal: leaving.signal }).then(
      (answer) => setKnown({ of, answer, problem: null, asking: false }),
      (thrown: unknown) => {
        if (!leaving.signal.aborted && !isLeft(thrown)) setKnown((before) => ({ of, answer: before.answer, problem: Problem.from(thrown), asking: false }));
      },
    );
    return () => leaving.abort();
    // `of` stands for name and given.
  }, [of, round]);
  if (known.of !== of) return { kind: 'loading', again };
  if (known.problem) return { kind: 'failed', problem: known.problem, again };
  if (known.answer !== null) return { kind: 'there', answer: known.answer, refreshing: known.asking, again };
  return { kind: 'loading', again };
}
