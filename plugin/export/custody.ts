// What the sealed index of a camera holds: the list of its artifacts and how the pull went. Written by preserve, read by fulfil.
import type { Artifact } from '../domain/artifact.js';
import type { TakeState } from '../domain/audit-event.js';
import type { PullReport, TimeBasis } from '../domain/vms.js';
import type { Part } from '../media/mux-parts.js';
import type { Span } from '../domain/span.js';
import { Problem } from '../domain/problem.js';
import { inFull, type AskedSpan } from './asked-spans.js';
import type { FootageHole } from './coverage.js';
import type { Objects } from '../store/objects.js';

/** One contiguous part of the original, in `coverage.json`. Frames of pre-roll lie before the asked span and are hidden by the edit list. */
export interface CoveragePart {
  path: string;
  /** First and last frame shown, by the recorder's clock, ISO-8601 with microseconds. */
  firstFrame: string;
  lastFrame: string;
  /** `part` counts through all spans of the camera, from 1. */
  facts: Part;
}

/** One line of coverage: what was asked, what came, what is missing. */
export interface CoverageSpan {
  /** `basis`: whether a person named it in true (Beijing) time or in the time that the recorder shows. */
  asked: Span & { basis: TimeBasis };
  state: TakeState;
  parts: readonly CoveragePart[];
  holes: readonly FootageHole[];
  promised: PullReport['promised'];
  times: PullReport['times'] | null;
  audioTimes: PullReport['audioTimes'];
  leftOut: PullReport['leftOut'];
  clock: PullReport['clock'] | null;
  deviceSpan: Span | null;
  rung: PullReport['rung'] | null;
  end: PullReport['end'] | null;
  resumes: number;
  transcriptSha256: string | null;
}

/** `coverage.json` of one camera. */
export interface Coverage {
  version: 1;
  camera: string;
  state: TakeState;
  spans: readonly CoverageSpan[];
}

/** A span that gave nothing. */
export const noData = (asked: AskedSpan): CoverageSpan => ({
  asked: inFull(asked),
  state: 'no-data',
  parts: [],
  holes: [{ from: asked.from, to: asked.to, expected: null }],
  promised: null,
  times: null,
  audioTimes: null,
  leftOut: [],
  clock: null,
  deviceSpan: null,
  rung: null,
  end: null,
  resumes: 0,
  transcriptSha256: null,
});

export interface CameraIndex {
  camera: string;
  coverage: Coverage;
  artifacts: readonly Artifact[];
}

const INDEX_LIMIT = 64 * 1024 * 1024;

/** A sealed JSON document. Problem `object-corrupt` when it is not what the entry says. */
export async function readSealedJson<T>(objects: Objects, digest: { object: string; bytes: number }): Promise<T> {
  if (digest.bytes > INDEX_LIMIT) throw new Problem('object-corrupt', 'A sealed index is larger than any index can be.');
  const chunks: Buffer[] = [];
  for await (const chunk of objects.read(digest.object)) chunks.push(chunk);
  return JSON.parse(Buffer.concat(chunks).toString('utf8')) as T;
}

export async function sealBytes(objects: Objects, data: Buffer) {
  const writer = await objects.create();
  try {
    await writer.write(data);
    return await writer.finish();
  } catch (thrown) {
    await writer.abort();
    throw thrown;
  }
}

/** Removes what a camera's list names, and the list. Nothing in the journal may name it. */
export async function discardTake(objects: Objects, index: { object: string; bytes: number }): Promise<void> {
  const { artifacts } = await readSealedJson<CameraIndex>(objects, index);
  for (const { object } of [...artifacts, index]) await objects.remove(object);
}
