// What every adapter promises (plugin/domain/vms.ts), as one suite: a rig brings up a video system with footage, the suite asks.
import assert from 'node:assert/strict';
import type { RecorderAddress } from '../../plugin/domain/adapter.js';
import { Problem, type ProblemCode } from '../../plugin/domain/problem.js';
import { milliseconds, type Span } from '../../plugin/domain/span.js';
import type { Pull, Sample, Source, Vms } from '../../plugin/domain/vms.js';

export interface Rig {
  connect(address: RecorderAddress): Vms;
  address: RecorderAddress;
  /** A recording with footage all through `span`, and none in `empty`. */
  source: Source;
  span: Span;
  empty: Span;
  /** Milliseconds between frames. */
  frameMs: number;
  /** Ends the video system. */
  stop(): Promise<void>;
}

export const never = (): AbortSignal => new AbortController().signal;

export async function collect(pull: Pull): Promise<Sample[]> {
  const samples: Sample[] = [];
  for await (const sample of pull.samples) samples.push(sample);
  return samples;
}

export const pullAll = async (vms: Vms, source: Source, span: Span, signal = never()): Promise<{ pull: Pull; samples: Sample[] }> => {
  const pull = await vms.pull(source, span, signal);
  return { pull, samples: await collect(pull) };
};

/** The Problem that `work` ends in, with all that a log could print of it. */
export async function problemOf(work: Promise<unknown>): Promise<{ code: ProblemCode; printed: string }> {
  const thrown: unknown = await work.then(
    () => assert.fail('it went well'),
    (error: unknown) => error,
  );
  if (!(thrown instanceof Problem)) throw thrown;
  let printed = '';
  for (let at: unknown = thrown; at instanceof Error; at = at.cause) printed += `${at.message}\n${at.stack}\n${JSON.stringify(at)}\n`;
  return { code: thrown.code, printed };
}

export function describeVms(name: string, makeRig: () => Promise<Rig>): void {
  describe(`${name} keeps the contract of a video system`, () => {
    let rig: Rig;
    let vms: Vms;
    beforeEach(async () => {
      rig = await makeRig();
      vms = rig.connect(rig.address);
    });
    afterEach(() => rig.stop());

    it('finds the footage: every frame of the span, in order, with lead-in from a key frame', async () => {
      const { pull, samples } = await pullAll(vms, rig.source, rig.span);
      const inside = samples.filter((sample) => !sample.preRoll);
      assert.equal(inside.length, Math.round(milliseconds(rig.span) / rig.frameMs));
      assert.ok(samples[0]?.key);
      assert.ok(samples.every(({ utcMicros }, index) => index === 0 || utcMicros > (samples[index - 1]?.utcMicros ?? 0)));
      assert.ok(
        inside.every(({ utcMicros }) => utcMicros >= Date.parse(rig.span.from) * 1000 && utcMicros < Date.parse(rig.span.to) * 1000),
      );
      assert.ok(pull.tracks.length > 0);
      const report = pull.report();
      assert.match(report.transcriptSha256, /^[0-9a-f]{64}$/);
      assert.ok(report.clock.after && report.clock.before.measuredAt <= report.clock.after.measuredAt);
    });
    it('says footage-missing for a span without footage', async () => {
      assert.equal((await problemOf(pullAll(vms, rig.source, rig.empty))).code, 'footage-missing');
    });
    it('says footage-missing for a recording that is not there', async () => {
      assert.equal((await problemOf(pullAll(vms, { recording: 'no-such-recording' }, rig.span))).code, 'footage-missing');
    });
    it('says vms-refused for a wrong password, and keeps it to itself', async () => {
      const wrong = rig.connect({ ...rig.address, password: 'open-sesame-47' });
      for (const work of [pullAll(wrong, rig.source, rig.span), wrong.probe(never())]) {
        const { code, printed } = await problemOf(work);
        assert.equal(code, 'vms-refused');
        assert.ok(!printed.includes('open-sesame-47'));
      }
    });
    it('says vms-unreachable for a system that is not there, without naming the login', async () => {
      await rig.stop();
      const { code, printed } = await problemOf(pullAll(vms, rig.source, rig.span));
      assert.equal(code, 'vms-unreachable');
      assert.ok(!printed.includes(rig.address.password));
    });
    it('aborts before it began', async () => {
      await assert.rejects(vms.pull(rig.source, rig.span, AbortSignal.abort(new Error('not wanted any more'))), /not wanted any more/);
    });
    it('aborts in the middle within a second', async () => {
      const controller = new AbortController();
      const pull = await vms.pull(rig.source, rig.span, controller.signal);
      const begun = performance.now();
      await assert.rejects(async () => {
        for await (const _ of pull.samples) controller.abort(new Error('not wanted any more'));
      }, /not wanted any more/);
      assert.ok(performance.now() - begun < 1000);
    });
    it('has no report before the samples ended', async () => {
      const pull = await vms.pull(rig.source, rig.span, never());
      assert.throws(() => pull.report(), Problem);
      await collect(pull);
      assert.ok(pull.report().end);
    });
    it('tells who it is and how its clock stands', async () => {
      const { manufacturer, model, clock } = await vms.probe(never());
      assert.ok(manufacturer && model);
      assert.ok(clock.uncertaintyMs > 0 && Math.abs(clock.offsetMs) < 60_000);
    });
  });
}
