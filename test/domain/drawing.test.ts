// Whose turn it is to draw what is masked, and for whom it is missing, step by step.
import assert from 'node:assert/strict';
import { drawingOf, judgeDraw, judgeDrawn, undrawn, unsettled } from '../../plugin/domain/drawing.js';
import type { RequestState } from '../../plugin/domain/lifecycle.js';
import { Problem } from '../../plugin/domain/problem.js';

const steps = (...names: string[]) => names.map((step) => ({ step, role: `role:${step}` as const }));
const withPrivacy = steps('clerk', 'privacy-officer', 'head');
const without = steps('clerk', 'head');

interface Story {
  steps: ReturnType<typeof steps>;
  masks?: string[];
  /** `step by`, in order. */
  voices?: string[];
  /** `camera by`, in order. */
  drawn?: string[];
  takes?: string[];
  items?: string[];
  custody?: string;
}

function state({ steps: of, masks = ['faces'], voices = [], drawn = [], takes = ['a', 'b'], items = ['a', 'b'], custody = 'sealed' }: Story): RequestState {
  const pairs = (texts: string[]) => texts.map((text) => text.split(' ') as [string, string]);
  return {
    requestId: 'EG-1',
    tracks: { approval: 'held', custody, delivery: 'none' },
    plan: { steps: of, masks, items: items.map((camera) => ({ camera, from: '', to: '' })) },
    voices: pairs(voices).map(([step, by]) => ({ step, by, at: '', standsInFor: null })),
    drawings: pairs(drawn).map(([camera, by]) => ({ camera, by, at: '', count: 1, index: { object: `${camera}-${by}` } })),
    takes: takes.map((camera) => ({ camera })),
  } as unknown as RequestState;
}

const codeOf = (act: () => void): string | null => {
  try {
    act();
    return null;
  } catch (thrown) {
    return Problem.from(thrown).code;
  }
};

describe('who draws', () => {
  const table: [what: string, story: Story, step: string, camera: string, expected: string | null][] = [
    ['before the privacy officer’s turn nobody', { steps: withPrivacy }, 'clerk', 'a', 'not-your-step'],
    ['the privacy officer', { steps: withPrivacy, voices: ['clerk x'] }, 'privacy-officer', 'a', null],
    ['the privacy officer again', { steps: withPrivacy, voices: ['clerk x'], drawn: ['a p', 'a p'] }, 'privacy-officer', 'a', null],
    ['behind the privacy officer’s voice nobody', { steps: withPrivacy, voices: ['clerk x', 'privacy-officer p'], drawn: ['a p', 'b p'] }, 'head', 'a', 'state-conflict'],
    ['behind it what nobody drew: masks were asked for since', { steps: withPrivacy, voices: ['clerk x', 'privacy-officer p'] }, 'head', 'a', null],
    ['without a privacy officer who is next', { steps: without }, 'clerk', 'a', null],
    ['and the next one, where the first one drew nothing', { steps: without, voices: ['clerk x'] }, 'head', 'a', null],
    ['and not over what the first one drew', { steps: without, voices: ['clerk x'], drawn: ['a x'] }, 'head', 'a', 'state-conflict'],
    ['but on the other camera', { steps: without, voices: ['clerk x'], drawn: ['a x'] }, 'head', 'b', null],
    ['and over what somebody drew who did not agree', { steps: without, voices: ['clerk x'], drawn: ['a y'] }, 'head', 'a', null],
  ];
  for (const [what, story, step, camera, expected] of table)
    it(`${what}: ${expected ?? 'may'}`, () => assert.equal(codeOf(() => judgeDraw(state(story), { step, role: 'role:x' }, camera)), expected));
});

describe('a voice', () => {
  const table: [what: string, story: Story, step: string, person: string, expected: string | null][] = [
    ['before the privacy officer’s needs no areas', { steps: withPrivacy }, 'clerk', 'x', null],
    ['of the privacy officer does', { steps: withPrivacy, voices: ['clerk x'] }, 'privacy-officer', 'p', 'areas-missing'],
    ['of each camera', { steps: withPrivacy, voices: ['clerk x'], drawn: ['a p'] }, 'privacy-officer', 'p', 'areas-missing'],
    ['and then is given', { steps: withPrivacy, voices: ['clerk x'], drawn: ['a p', 'b p'] }, 'privacy-officer', 'p', null],
    ['not where another one drew since', { steps: withPrivacy, voices: ['clerk x'], drawn: ['a p', 'b p', 'a q'] }, 'privacy-officer', 'p', 'areas-missing'],
    ['of cameras with footage alone', { steps: withPrivacy, voices: ['clerk x'], drawn: ['a p'], takes: ['a'] }, 'privacy-officer', 'p', null],
    ['not before the footage is sealed, which could not be drawn on behind it', { steps: withPrivacy, voices: ['clerk x'], drawn: ['a p'], takes: ['a'], custody: 'pulling' }, 'privacy-officer', 'p', 'areas-missing'],
    ['of the last one neither', { steps: without, voices: ['clerk x'], takes: [], custody: 'queued' }, 'head', 'h', 'areas-missing'],
    ['before the privacy officer’s does not wait for it', { steps: withPrivacy, takes: [], custody: 'queued' }, 'clerk', 'x', null],
    ['where no masks are asked for does not wait for it', { steps: without, voices: ['clerk x'], masks: [], takes: [], custody: 'queued' }, 'head', 'h', null],
    ['of cameras of the plan alone', { steps: withPrivacy, voices: ['clerk x'], drawn: ['a p'], items: ['a'] }, 'privacy-officer', 'p', null],
    ['of the last one, where masks were asked for since', { steps: withPrivacy, voices: ['clerk x', 'privacy-officer p'] }, 'head', 'h', 'areas-missing'],
    ['of the last one, behind the privacy officer’s', { steps: withPrivacy, voices: ['clerk x', 'privacy-officer p'], drawn: ['a p', 'b p'] }, 'head', 'h', null],
    ['without a privacy officer of the last one', { steps: without, voices: ['clerk x'] }, 'head', 'h', 'areas-missing'],
    ['not of the first one', { steps: without }, 'clerk', 'x', null],
    ['of the last one behind what the first one drew', { steps: without, voices: ['clerk x'], drawn: ['a x', 'b x'] }, 'head', 'h', null],
    ['where no masks are asked for needs none', { steps: without, voices: ['clerk x'], masks: [] }, 'head', 'h', null],
    ['where none are asked for stands for what was drawn all the same', { steps: without, voices: ['clerk x'], masks: [], drawn: ['a y'] }, 'head', 'h', 'areas-missing'],
  ];
  for (const [what, story, step, person, expected] of table)
    it(`${what}: ${expected ?? 'is given'}`, () => assert.equal(codeOf(() => judgeDrawn(state(story), { step, role: 'role:x' }, person)), expected));

  it('for less looks at what is left', () => {
    const half = state({ steps: withPrivacy, voices: ['clerk x'], drawn: ['a p'] });
    assert.equal(codeOf(() => judgeDrawn(half, withPrivacy[1]!, 'p', [{ camera: 'a', from: '', to: '' }])), null);
    assert.deepEqual(undrawn(half), ['b']);
    assert.equal(drawingOf(half, 'b'), null);
  });
});

describe('what nobody but who reviews may see', () => {
  const table: [what: string, story: Story, expected: string[]][] = [
    ['what nobody drew', { steps: without }, ['a', 'b']],
    ['what somebody drew who did not agree', { steps: without, drawn: ['a x', 'b x'] }, ['a', 'b']],
    ['not what somebody drew who did', { steps: without, drawn: ['a x', 'b y'], voices: ['clerk x'] }, ['b']],
    ['what somebody else drew since', { steps: without, drawn: ['a x', 'b x', 'a y'], voices: ['clerk x'] }, ['a']],
    ['nothing that the plan leaves out', { steps: without, items: ['a'] }, ['a']],
    ['nothing where no masks are asked for', { steps: without, masks: [], drawn: ['a x'] }, []],
  ];
  for (const [what, story, expected] of table) it(`${what}: ${expected.join(', ') || 'nothing'}`, () => assert.deepEqual(unsettled(state(story)), expected));
});
