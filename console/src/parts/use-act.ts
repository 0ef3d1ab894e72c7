// One thing that a person does, from the click to the gate's answer: busy while it lasts, its problem kept to be shown, never sent twice at once.
import { useRef, useState } from 'react';
import { isLeft, Problem } from '../api/problem.js';

export interface Act<A extends unknown[]> {
  busy: boolean;
  problem: Problem | null;
  run(...given: A): Promise<boolean>;
  forget(): void;
}

/** `run` resolves whether it was done. */
export function useAct<A extends unknown[]>(step: (...given: A) => Promise<unknown>): Act<A> {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const running = useRef(false);
  return {
    busy,
    problem,
    forget: () => setProblem(null),
    async run(...given) {
      if (running.current) return false;
      running.current = true;
      setBusy(true);
      setProblem(null);
      try {
        await step(...given);
        return true;
      } catch (thrown) {
        if (!isLeft(thrown)) setProblem(Problem.from(thrown));
        return false;
      } finally {
        running.current = false;
        setBusy(false);
      }
    },
  };
}
