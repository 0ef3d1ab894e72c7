// A camera's coverage as the manifest tells it.
import type { ManifestCamera } from '../evidence/manifest-schema.js';
import type { AskedSpan } from './asked-spans.js';
import type { CameraIndex } from './custody.js';

/** A camera of which nothing could be had: said in the manifest, with what was asked. */
export const describeMissing = (camera: string, asked: readonly AskedSpan[]): ManifestCamera => ({
  camera,
  asked: asked.map(({ from, to, basis = 'beijing' }) => ({ from, to, basis })),
  state: 'no-data',
  firstFrame: null,
  lastFrame: null,
  holes: asked.map(({ from, to }) => ({ from, to, expected: null })),
  preRollMs: 0,
  clock: null,
  times: null,
  confirmation: null,
  rung: null,
  transcriptSha256: null,
  width: null,
  height: null,
  codec: null,
  audio: null,
});

/** `confirmation`: a person's word on times that no recorder proved. */
export function describeCamera({ coverage }: CameraIndex, confirmation: ManifestCamera['confirmation']): ManifestCamera {
  const { spans } = coverage;
  const parts = spans.flatMap((span) => span.parts);
  const told = spans.filter((span) => span.clock !== null);
  const [first] = parts;
  return {
    camera: coverage.camera,
    asked: spans.map((span) => span.asked),
    state: coverage.state,
    firstFrame: first?.firstFrame ?? null,
    lastFrame: parts.at(-1)?.lastFrame ?? null,
    holes: spans.flatMap((span) => span.holes),
    preRollMs: parts.reduce((most, part) => Math.max(most, part.facts.preRollMs), 0),
    clock: told.length > 0 ? { before: told[0]!.clock!.before, after: told.at(-1)!.clock!.after } : null,
    times: told.some((span) => span.times === 'asserted') ? 'asserted' : (told[0]?.times ?? null),
    confirmation,
    rung: told[0]?.rung ?? null,
    transcriptSha256: told[0]?.transcriptSha256 ?? null,
    width: first?.facts.width ?? null,
    height: first?.facts.height ?? null,
    codec: first?.facts.codec ?? null,
    audio: parts.find((part) => part.facts.audio)?.facts.audio?.codec ?? null,
  };
}
