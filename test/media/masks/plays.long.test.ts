// What passes a video system's pages is masked as well: nothing under a solid area is in the clip, the pictures or the still, at any size that a page asks for.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { markSamples, type MarkedForm } from '../../../plugin/media/mark-samples.js';
import { gather } from '../../support/evidence/bytes.js';
import { footageOf } from '../footage.js';
import { atOnce, clip, never, pictures, text } from '../plays.js';
import { span, stream, zero } from '../street.js';
import { ask, inFolder, machineTools } from '../tools.js';
import { anArea, writeOriginal, type Kind } from './originals.js';

/** In whole blocks: outside the area the two are the same, bit by bit. */
const usual: Kind = { codec: 'jpeg', pixels: 'yuvj422p', width: 640, height: 480 };
const area = anArea({ kind: 'polygon', corners: [[2500, 3000], [7500, 3000], [7500, 7000], [2500, 7000]] });
const where = ({ width, height }: Kind): string => `gte(X,${0.25 * width})*lt(X,${0.75 * width})*gte(Y,${0.3 * height})*lt(Y,${0.7 * height})`;
/** Smaller than anything that is shown: it is made larger, and the edge with it. */
const tiny: Kind = { ...usual, width: 64, height: 80 };
const at = new Date(zero / 1000 + 500).toISOString();

const forms: [what: string, form: MarkedForm, kind?: Kind][] = [
  ['a clip of a tiny picture', clip, tiny],
  ['a clip', clip],
  ['pictures', pictures],
  ['pictures of half the size', { ...pictures, scalePercent: 50 }],
  ['pictures of two thirds', { ...pictures, scalePercent: 67 }],
  ['a still', { kind: 'still', at, width: null, height: null }],
  ['a small still', { kind: 'still', at, width: 320, height: null }],
  ['a still of another shape', { kind: 'still', at, width: 333, height: 201 }],
];

describe('a play with a solid area', function () {
  this.timeout(120_000);

  for (const [what, form, kind = usual] of forms)
    it(`tells nothing of what lies under it: ${what}`, () =>
      inFolder(async (folder) => {
        const tools = await machineTools();
        const play = async (name: string, seed: number, areas: readonly (typeof area)[]): Promise<Buffer> => {
          const { input } = await writeOriginal(folder, name, kind, where(kind), seed);
          const { tracks, samples } = footageOf(input);
          const given = { tracks, samples: stream(samples), span, times: 'asserted' as const, marks: ['text', 'clock'] as const, text, areas, workFolder: folder, form };
          const bytes = await gather(markSamples(tools, given, never, atOnce));
          const file = path.join(folder, `${name}.${form.kind === 'mjpeg' ? 'mjpeg' : form.kind === 'clip' ? 'mp4' : 'jpg'}`);
          await writeFile(file, bytes);
          return ask(tools.ffmpeg, ['-v', 'error', ...(form.kind === 'mjpeg' ? ['-f', 'mjpeg'] : []), '-i', file, '-f', 'rawvideo', '-pix_fmt', 'yuv420p', '-']);
        };
        assert.ok(!(await play('03', 1, [])).equals(await play('04', 2, [])), 'the originals differ, and it would be seen');
        const [one, other] = [await play('01', 1, [area]), await play('02', 2, [area])];
        assert.ok(one.length > 0 && one.equals(other));
      }));
});
