// What a plan wants hidden is shown on the video system's pages with the areas that somebody drew and agreed to, and before that not at all; a copy that shows other areas is another copy.
import assert from 'node:assert/strict';
import { Problem } from '../../plugin/domain/problem.js';
import type { Person } from '../../plugin/domain/subject.js';
import { copyOf, judgePieces, judgeStill, type PlayParts } from '../../plugin/export/play.js';
import { span } from '../media/street.js';
import { withRig, type Rig } from '../support/rig.js';

const camera = 'sh-yf-street';
const person = { pseudonym: 'p-1', user: 'user:sh.lu', name: '示例甲', unit: '示例单位' } as unknown as Person;
const footage = { event: '1', ...span, offsetMs: 0, finished: true, source: { recording: 'REC_1' } } as const;
const index = { bytes: 1, sha256: '0'.repeat(64), sm3: '0', crc32: 0, object: 'none' };
const clip = { kind: 'clip', sound: false } as const;
const never = new AbortController().signal;

function aPlayer({ requests }: Rig) {
  const opened: string[] = [];
  const masks = new Map<string, readonly object[]>();
  const parts = {
    requests, clock: { judge: async () => undefined, doubt: null }, policy: { masks },
    viewings: { find: async () => ({ grant: { kind: 'request', requestId: 'EG-1' }, camera, span }), judgeStill: async () => undefined },
    copies: { open: async (_by: string, key: string) => void opened.push(key) },
    camerasOf: () => [{ camera, recording: 'REC_1' }],
  } as unknown as PlayParts;
  const judge = () => judgePieces(parts, person, 'nvr-1', [footage], 'clip');
  return { parts, opened, masks, judge };
}

const seal = async (rig: Rig): Promise<void> => {
  const [of, data] = [(event: string, facts: object) => rig.append('EG-1', { event, by: 'gate', data: facts } as never), { camera, index }];
  await of('preserve-started', { attempt: 1, estimateBytes: 1 });
  await of('footage-sealed', data);
  await of('preserve-completed', { cameras: 1, bytes: 1 });
};
const drawnBy = (by: string, sum = '0') => ({ event: 'areas-drawn', by, data: { camera, count: 1, index: { ...index, sha256: sum.repeat(64) } } }) as never;
const voiceOf = (by: string) => ({ event: 'request-reviewed', by, data: { step: 'evidence-clerk', planDigest: 'sha256:x', policyVersion: 'sha256:p' } }) as never;
const codeOf = async (act: Promise<unknown>): Promise<string | null> => act.then(() => null, (thrown: unknown) => Problem.from(thrown).code);

describe('a play of what is to be hidden', () => {
  const two = ['evidence-clerk', 'unit-head'].map((step) => ({ step, role: `role:${step}` as const }));

  it('is refused until somebody drew it and agreed', () =>
    withRig(async (rig) => {
      await rig.add('EG-1');
      await seal(rig);
      const { judge } = aPlayer(rig);
      assert.equal(await codeOf(judge()), 'areas-missing');
      await rig.append('EG-1', drawnBy('p-clerk'));
      assert.equal(await codeOf(judge()), 'areas-missing', 'a proposal hides nothing, so nothing is shown');
      await rig.append('EG-1', voiceOf('p-clerk'));
      assert.equal(await codeOf(judge()), null);
    }, { plan: { masks: ['faces'], items: [{ camera, ...span }], steps: two } }));

  it('ends when more is hidden than when it began, and is another copy when it is asked for again', () =>
    withRig(async (rig) => {
      await rig.add('EG-1');
      await seal(rig);
      const { parts, judge, opened, masks } = aPlayer(rig);
      const ask = async () => {
        const judged = await judge();
        await copyOf(parts, person, 'nvr-1', judged[0]!, 'clip', clip, never);
        return judged;
      };
      const changes = [() => rig.append('EG-1', drawnBy('p-clerk')), () => rig.append('EG-1', voiceOf('p-clerk')), async () => void masks.set(camera, [{ reason: '示例' }])];
      const [isHidden, told] = [[false, true, true], [] as boolean[]];
      for (const change of changes) {
        const judged = await ask();
        await judgeStill(parts, person, judged, 'clip');
        await change();
        told.push((await codeOf(judgeStill(parts, person, judged, 'clip'))) === 'reason-missing');
        await ask();
        assert.equal(opened.at(-1) !== opened.at(-2), told.at(-1));
      }
      assert.deepEqual(told, isHidden);
    }, { plan: { masks: [], items: [{ camera, ...span }], steps: two } }));
});
