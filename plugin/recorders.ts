// The recorders of a running gate: each connected once, with its turns for pulls, and which of them records a camera.
import type { Config } from './config/config.js';
import { adapterOf, asAddress } from './configured.js';
import { Problem } from './domain/problem.js';
import type { Instant, Span } from './domain/span.js';
import type { TimeBasis } from './domain/vms.js';
import { inAskedTime } from './domain/told-holdings.js';
import { Turns } from './export/turns.js';

export function makeRecorders(config: Config) {
  const connected = new Map(
    config.recorders.map((recorder) => [
      recorder.id,
      { vms: adapterOf(recorder).connect(asAddress(recorder)), turns: new Turns(recorder.pulls) },
    ]),
  );
  const recorded = new Map<string, { camera: string; recording: string | null }[]>(config.recorders.map(({ id }) => [id, []]));
  for (const { camera, recorder, source } of config.cameras)
    recorded.get(recorder)?.push({ camera, recording: 'recording' in source ? source.recording : null });
  const placeOf = (camera: string) => {
    const found = config.cameras.find((it) => it.camera === camera);
    if (!found) throw new Problem('camera-unknown', `The configuration names no recorder for ${camera}.`);
    return found;
  };
  return {
    /** Recorder → what its clock says now. */
    clocks: new Map([...connected].map(([id, { vms }]) => [id, async (signal: AbortSignal) => (await vms.probe(signal)).clock])),
    /** Camera → the first footage that its recorder says it holds, in true time. Problems of `Vms.holdings`. */
    firstFootage: (now: () => Date) =>
      new Map(
        config.cameras.map(({ camera, recorder, source }) => [
          camera,
          async (signal: AbortSignal): Promise<Instant | null> => {
            const to = now();
            const lastMinute = { from: new Date(to.getTime() - 60_000).toISOString(), to: to.toISOString() };
            return inAskedTime(lastMinute, await connected.get(recorder)!.vms.holdings(source, lastMinute, signal)).earliest;
          },
        ]),
      ),
    /** Of what the recorder of a camera holds of a span, how much it keeps; null where it knows no such thing, or the camera is none of ours. */
    keptAt(camera: string) {
      const at = config.cameras.find((it) => it.camera === camera);
      const vms = at && connected.get(at.recorder)!.vms;
      return vms?.kept ? (span: Span & { basis?: TimeBasis }, signal: AbortSignal) => vms.kept!(at!.source, span, signal) : null;
    },
    isConnected: (camera: string): boolean => config.cameras.some((it) => it.camera === camera),
    camerasOf: (recorder: string) => recorded.get(recorder) ?? [],
    vmsOf: (camera: string) => ({ ...connected.get(placeOf(camera).recorder)!, source: placeOf(camera).source }),
  };
}
