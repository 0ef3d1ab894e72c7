// Where a request stands, in one plain line: what it waits for, or how it ended.
import { useNames, type Names } from '../parts/names.js';
import { useSay, type Word } from '../words/language.js';
import type { AnswerOf } from '../api/ask.js';

type Summary = AnswerOf<'GET /api/v1/requests'>['requests'][number];
export type State = Summary['state'];

interface Standing {
  state: State;
  /** Voices given, of how many, and the step that is waited for. */
  voices: number;
  steps: number;
  waitsForStep: string | null;
}

type Tone = 'waits' | 'good' | 'bad' | 'quiet';

const lines: Record<State, readonly [tone: Tone, word: Word]> = {
  requested: ['waits', ['正在受理', 'Being taken in']],
  denied: ['bad', ['未获准许', 'Denied']],
  returned: ['bad', ['已退回，请补正后重新申请', 'Returned: mend it and apply again']],
  withdrawn: ['quiet', ['已撤回', 'Withdrawn']],
  closed: ['quiet', ['已结案', 'Closed']],
  'not-available': ['bad', ['录像无法提供', 'The footage is not available']],
  'preserve-queued': ['waits', ['等待提取录像', 'Waits for the footage to be pulled']],
  held: ['waits', ['等待审批', 'Waits for an approval']],
  granted: ['waits', ['已批准，正在制作', 'Granted, being prepared']],
  'awaiting-paper': ['waits', ['等待补交手续', 'Waits for the paper']],
  viewable: ['good', ['可以查看', 'Ready to be seen']],
  packaged: ['waits', ['已备妥，等待执行人放行', 'Ready, waits for the executors']],
  'release-asked': ['waits', ['等待第二名执行人确认', 'Waits for the second executor']],
  released: ['good', ['已交付，可以领取', 'Released, ready to be fetched']],
  destroyed: ['quiet', ['录像已销毁', 'The footage was destroyed']],
};

/** `等待 2/4：隐私审查`: the second of four voices is waited for. */
export function stateWord({ state, voices, steps, waitsForStep }: Standing, names: Names): Word {
  if ((state !== 'held' && state !== 'preserve-queued') || waitsForStep === null || steps === 0) return lines[state][1];
  const [zh, en] = names.step(waitsForStep);
  return [`等待 ${voices + 1}/${steps}：${zh}`, `Waits for ${voices + 1} of ${steps}: ${en}`];
}

export function StateLine({ of }: { of: Standing }) {
  const say = useSay();
  return <span className={`line ${lines[of.state][0]}`}>{say(stateWord(of, useNames()))}</span>;
}
