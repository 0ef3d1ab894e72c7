// A play under a request whose plan wants no sound has none, and one that began with sound ends when its plan is replaced by such a one.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Problem } from '../../plugin/domain/problem.js';
import type { Person } from '../../plugin/domain/subject.js';
import type { Pull } from '../../plugin/domain/vms.js';
import { copyOf, judgePieces, judgeStill, play, sizeOf, type PlayParts } from '../../plugin/export/play.js';
import { Turns } from '../../plugin/export/turns.js';
import type { Grant } from '../../plugin/export/viewings.js';
import { planDigest } from '../../plugin/policy/plan.js';
import { packets, readFootage } from '../media/footage.js';
import { pieces } from '../media/plays.js';
import { span, stream } from '../media/street.js';
import { inFolder, machineTools } from '../media/tools.js';
import { withRig, type Rig } from '../support/rig.js';

const person = { pseudonym: 'p-1', user: 'user:sh.lu', name: '示例甲', unit: '示例单位' } as unknown as Person;
const footage = { event: '1', ...span, offsetMs: 0, finished: true, source: { recording: 'REC_1' } } as const;
const clip = { kind: 'clip', sound: true } as const;
const never = new AbortController().signal;
const ofRequest: Grant = { kind: 'request', requestId: 'EG-1' };
const ofReason = { kind: 'reason', entry: 7 } as Grant;

/** Footage with sound behind one grant; `opened` gathers the keys under which copies are kept. */
async function aPlayer({ requests }: Rig, workFolder: string, grant: Grant): Promise<{ parts: PlayParts; opened: string[] }> {
  const { tracks, samples } = readFootage('street-b.mp4');
  const opened: string[] = [];
  const parts = {
    requests, workFolder, tools: await machineTools(), clock: { judge: async () => undefined, doubt: null }, policy: { masks: new Map() },
    viewings: { find: async () => ({ grant, camera: 'sh-yf-gate', span }), judgeStill: async () => undefined, record: async () => undefined },
    copies: { open: async (_by: string, key: string) => void opened.push(key), sizeOf: (key: string) => void opened.push(key) },
    camerasOf: () => [{ camera: 'sh-yf-gate', recording: 'REC_1' }],
    vmsOf: () => ({ source: footage.source, turns: new Turns(1), vms: { pull: async (): Promise<Partial<Pull>> => ({ tracks, samples: stream(samples) }) } }),
  };
  return { parts: parts as never, opened };
}

describe('a play', function () {
  this.timeout(30_000);

  // prettier-ignore
  const table: [what: string, sound: 'kept' | 'muted', grant: Grant, tracks: number][] = [
    ['of a request that keeps sound', 'kept', ofRequest, 1],
    ['of a request that mutes it', 'muted', ofRequest, 0],
    ['for a reason, which has no plan', 'muted', ofReason, 1],
  ];
  for (const [what, sound, grant, tracks] of table)
    it(`${what}: ${tracks} track(s) of sound, and pictures`, () =>
      withRig((rig) => inFolder(async (folder) => {
        await rig.add('EG-1');
        const { parts, opened } = await aPlayer(rig, folder, grant);
        const [judged] = await judgePieces(parts, person, 'nvr-1', [footage], 'clip');
        const seen = path.join(folder, 'seen.mp4');
        await writeFile(seen, Buffer.concat(await pieces(play(parts, person, 'nvr-1', judged!, 'clip', clip, never))));
        const { ffprobe } = parts.tools;
        assert.equal((await packets(ffprobe, seen, 'v')).length > 0, true);
        assert.equal((await packets(ffprobe, seen, 'a').catch(() => [])).length > 0, tracks === 1);
        await judgeStill(parts, person, [judged!], 'clip');
        // A copy with sound is never the one that is kept for who may not hear it.
        await copyOf(parts, person, 'nvr-1', judged!, 'clip', clip, never);
        sizeOf(parts, person, 'nvr-1', judged!, 'clip', clip);
        assert.equal(opened.length, 2);
        for (const key of opened) assert.equal(key.includes('"sound":true'), tracks === 1);
      }), { plan: { masks: [], sound } }));

  it('that began with sound ends when the plan is replaced by one that mutes it, and is silent when it is asked for again', () =>
    withRig((rig) => inFolder(async (folder) => {
      await rig.add('EG-1');
      const { parts } = await aPlayer(rig, folder, ofRequest);
      const judged = await judgePieces(parts, person, 'nvr-1', [footage], 'clip');
      await judgeStill(parts, person, judged, 'clip');
      const { plan, planDigest: replaces } = rig.requests.state('EG-1');
      const muted = { ...plan!, number: 2, replaces, sound: 'muted' as const };
      await rig.append('EG-1', { event: 'plan-replaced', by: 'gate', data: { plan: muted, planDigest: planDigest(muted), rows: [] } } as never);
      await assert.rejects(judgeStill(parts, person, judged, 'clip'), (thrown) => thrown instanceof Problem && thrown.code === 'reason-missing');
      const again = await judgePieces(parts, person, 'nvr-1', [footage], 'clip');
      assert.equal(again[0]!.muted, true);
      await judgeStill(parts, person, again, 'clip');
    }), { plan: { masks: [], sound: 'kept' } }));
});
