// A camera's standing areas on a video system's own pages: whatever is played of it is masked, and what is played of another camera is not.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { ask, inFolder, machineTools } from '../../media/tools.js';
import { append } from '../../policy/policy-folder.js';
import { beforePages, sayWhy, type BeforePages, type Client } from '../../support/gate/before-pages.js';
import { aGateUnder } from '../../support/gate-under.js';

const wholeDay = { from: '2026-03-01T10:00:00', to: '2026-03-02T09:00:00' };

describe('standing areas on the system’s pages', function () {
  this.timeout(120_000);
  let all: BeforePages;
  let guard: Client;

  before(async () => {
    const masks = { 'masks.csv': append('qhd-ho-gate,rectangle 0 0 5000 6000,solid,place,示例:对面住户') };
    all = await beforePages({ start: (options) => aGateUnder(masks, options) });
    guard = await all.client('guard');
    for (const event of [11, 21]) {
      const { link } = (await (await guard.ask(`index.php?view=view_video&eid=${event}`)).json()) as { link: string };
      assert.equal((await sayWhy(link, '核实', wholeDay)).status, 303);
    }
  });
  after(() => all?.close());

  /** Luma of the first picture, in the area and beside it. */
  const lumaOf = (bytes: Buffer, input: readonly string[]): Promise<[number, number]> =>
    inFolder(async (folder) => {
      const { ffmpeg, ffprobe } = await machineTools();
      const file = path.join(folder, 'seen');
      await writeFile(file, bytes);
      const size = (await ask(ffprobe, ['-v', 'error', ...input, '-select_streams', 'v', '-show_entries', 'stream=width,height', '-of', 'csv=p=0', file])).toString().trim().split(',').map(Number);
      const [width, height] = size as [number, number];
      const picture = await ask(ffmpeg, ['-v', 'error', ...input, '-i', file, '-frames:v', '1', '-f', 'rawvideo', '-pix_fmt', 'gray', '-']);
      const at = (x: number, y: number): number => picture[Math.floor(y * height) * width + Math.floor(x * width)]!;
      return [at(0.25, 0.35), at(0.75, 0.35)];
    });

  const table: [what: string, path: (event: number) => string, input: readonly string[]][] = [
    ['a clip', (event) => `index.php?view=view_video&eid=${event}`, []],
    ['pictures', (event) => `cgi-bin/nph-zms?mode=jpeg&event=${event}&rate=1000&scale=50`, ['-f', 'mpjpeg']],
  ];
  for (const [what, address, input] of table)
    it(`${what}: masked of the one camera, open of the other`, async () => {
      const play = async (event: number): Promise<[number, number]> => {
        const answer = await guard.ask(address(event));
        assert.equal(answer.status, 200);
        return lumaOf(Buffer.from(await answer.arrayBuffer()), input);
      };
      const [masked, beside] = await play(11);
      const [open, besideOpen] = await play(21);
      assert.ok(masked <= 24 && open > 30, `${masked} and ${open}`);
      assert.ok(Math.abs(beside - besideOpen) <= 16, `${beside} and ${besideOpen}`);
    });
});
