// The measured pull, in a process of its own: from any recorder into files, or sealed as the gate does it. JSON in, JSON out.
import { randomBytes, randomUUID } from 'node:crypto';
import { json } from 'node:stream/consumers';
import { connect } from '../adapters/onvif/index.js';
import type { RecorderAddress } from '../plugin/domain/adapter.js';
import type { Span } from '../plugin/domain/span.js';
import type { Source } from '../plugin/domain/vms.js';
import { holesIn, type FootageHole } from '../plugin/export/coverage.js';
import { takeCamera } from '../plugin/export/take.js';
import { MasterKeys } from '../plugin/keys/master.js';
import { isoMicros, muxParts, type Part } from '../plugin/media/mux-parts.js';
import { Objects } from '../plugin/store/objects.js';
import { peakMegabytes } from './memory.js';
import { PartFiles } from './part-files.js';

export interface PullOrder {
  recorder: RecorderAddress;
  source: Source;
  span: Span;
  folder: string;
  sealed: boolean;
}

export interface PullAnswer {
  frames: number;
  parts: number;
  bytes: number;
  /** First and last frame shown, by the recorder's clock. Of a sealed pull only the counts are told. */
  span: Span | null;
  holes: FootageHole[];
  resumes: number;
  seconds: number;
  megabytes: number;
}

type Told = Omit<PullAnswer, 'seconds' | 'megabytes'>;

async function pullIntoFiles({ recorder, source, span, folder }: PullOrder): Promise<Told> {
  const files = new PartFiles(folder);
  const parts: Part[] = [];
  const pull = await connect(recorder).pull(source, span, new AbortController().signal);
  const gaps = await muxParts(pull.samples, {
    tracks: pull.tracks,
    span,
    open: (part, container) => files.open(part, container),
    onUnit: (line) => files.writeUnit(line),
    onPart: async (part) => {
      parts.push(part);
      await files.closePart();
    },
  });
  await files.close();
  const { deviceSpan, promised, resumes } = pull.report();
  const [first, last] = [parts[0], parts.at(-1)];
  return {
    frames: parts.reduce((sum, part) => sum + part.frames, 0),
    parts: parts.length,
    bytes: files.bytes,
    span: first && last ? { from: isoMicros(first.firstUtcMicros), to: isoMicros(last.lastUtcMicros) } : null,
    holes: holesIn(deviceSpan, parts, promised, gaps),
    resumes,
  };
}

async function pullSealed({ recorder, source, span, folder }: PullOrder): Promise<Told> {
  const objects = new Objects({ folder, keys: new MasterKeys(new Map([[1, randomBytes(32)]])), newId: randomUUID });
  const parts = { objects, vms: connect(recorder), source, onProgress: () => undefined };
  const take = await takeCamera(parts, 'bench', 'camera', [span], new AbortController().signal);
  return { frames: take?.frames ?? 0, parts: take?.parts ?? 0, bytes: take?.bytes ?? 0, span: null, holes: [], resumes: 0 };
}

const order = (await json(process.stdin)) as PullOrder;
const begun = performance.now();
const told = await (order.sealed ? pullSealed(order) : pullIntoFiles(order));
const answer: PullAnswer = { ...told, seconds: (performance.now() - begun) / 1000, megabytes: peakMegabytes() };
process.stdout.write(JSON.stringify(answer), () => process.exit(0));
