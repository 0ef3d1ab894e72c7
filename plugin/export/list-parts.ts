// The sealed parts of a camera in order of time: where each lies, and who vouches for its times.
import type { RequestEvents } from '../domain/audit-event.js';
import type { Span } from '../domain/span.js';
import type { Objects } from '../store/objects.js';
import { readSealedJson, type CameraIndex, type CoveragePart } from './custody.js';

export interface SealedPart {
  part: CoveragePart;
  times: 'proven' | 'asserted';
  object: string;
}

/** `within`: only those that show something in this span of the recorder's time. Problem `object-corrupt`. */
export async function listParts(objects: Objects, take: RequestEvents['footage-sealed'], within?: Span): Promise<SealedPart[]> {
  const { coverage, artifacts } = await readSealedJson<CameraIndex>(objects, take.index);
  const objectOf = (path: string): string => artifacts.find((artifact) => artifact.path === path)!.object;
  const parts = coverage.spans.flatMap(({ parts: found, times }) =>
    found.map((part) => ({ part, times: times ?? ('asserted' as const), object: objectOf(part.path) })),
  );
  // Spans by two clocks may stand out of order.
  parts.sort((a, b) => a.part.facts.firstUtcMicros - b.part.facts.firstUtcMicros);
  return within ? parts.filter(({ part: { facts } }) => shows(facts, within)) : parts;
}

const shows = ({ firstUtcMicros, lastUtcMicros }: CoveragePart['facts'], { from, to }: Span): boolean =>
  firstUtcMicros < Date.parse(to) * 1000 && lastUtcMicros >= Date.parse(from) * 1000;
