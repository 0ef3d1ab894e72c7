// The picture that says why there is no footage: its text is really in it, whole where it fits, and nothing in it is anything but text.
import assert from 'node:assert/strict';
import { chmod, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Tools } from '../../plugin/media/find-ffmpeg.js';
import { readJpegSize } from '../../plugin/media/jpeg-size.js';
import { NoticePictures, type Notice } from '../../plugin/media/notice-picture.js';
import { noFence } from '../../plugin/media/run-tool.js';
import { findFont } from '../../plugin/media/font.js';
import { correlate, drawnBox, lumaOf } from './drawn.js';
import { isProblem } from './plays.js';
import { childrenCalled } from './processes.js';
import { ask, bundledTools, inFolder, machineTools } from './tools.js';

const notice: Notice = {
  lines: ['调取录像需要说明事由,或关联一份已批准的申请。', 'Recorded footage is shown only for a stated reason, or within a granted request.'],
  link: 'https://gate.example.cn/ask/9f2c1e7a',
};
const sizeOfPng = (png: Buffer): number[] => [png.readUInt32BE(16), png.readUInt32BE(20)];
const builds: [string, () => Promise<Tools>][] = [
  ['the machine’s ffmpeg', machineTools],
  ['the bundled ffmpeg', bundledTools],
];

/** This text alone on black, where the picture has it; told by how like the two are. */
async function likeness(tools: Tools, folder: string, picture: Buffer, lines: readonly string[], place: string): Promise<number> {
  await writeFile(path.join(folder, 'seen.png'), picture);
  await writeFile(path.join(folder, 'text.txt'), lines.join('\n'));
  const drawn = `drawtext=fontfile=${findFont()}:textfile=text.txt:expansion=none:fontsize=24:fontcolor=white:line_spacing=7:${place}`;
  const alone = await lumaOf(tools, folder, ['-f', 'lavfi', '-i', 'color=black:s=640x360:d=0.04'], drawn);
  return correlate(alone, await lumaOf(tools, folder, ['-i', 'seen.png'], ''), 640, drawnBox(alone, 640));
}

describe('the picture of a notice', function () {
  this.timeout(60_000);

  for (const [build, find] of builds)
    it(`bears its text, wrapped, and its link, by ${build}`, () =>
      inFolder(async (folder) => {
        const tools = await find();
        const picture = await new NoticePictures(tools, path.join(folder, 'work')).picture(notice, 'png');
        assert.deepEqual(sizeOfPng(picture), [640, 360]);
        const text = [notice.lines[0]!, 'Recorded footage is shown only for a', 'stated reason, or within a granted', 'request.'];
        const [top, bottom] = ['x=24:y=31', 'x=24:y=h-th-24'];
        for (const [lines, others, place] of [
          [text, ['另一句话,不是这一句,也不是别的哪一句。', 'Another sentence that nobody has asked for'], top],
          [[notice.link!], [notice.link!.replace('9f2c1e7a', '0b48d365')], bottom],
        ] as const) {
          const [own, other] = [await likeness(tools, folder, picture, lines, place), await likeness(tools, folder, picture, others, place)];
          assert.ok(own > 0.95 && own > other + 0.01, `${own}, another text ${other}`);
        }
        assert.deepEqual(await readdir(path.join(folder, 'work')), [], 'no text is left');
      }));

  const sizes: [width: number, height: number, wanted: [number, number]][] = [
    [1280, 720, [1280, 720]],
    [321, 241, [322, 242]],
    [1, 1, [160, 90]],
    [99_999, 99_999, [1920, 1080]],
    [300, 800, [300, 800]],
  ];
  it('is a JPEG or a PNG of the size that is asked for, within bounds', () =>
    inFolder(async (folder) => {
      const pictures = new NoticePictures(await machineTools(), folder);
      for (const [width, height, wanted] of sizes) {
        assert.deepEqual(Object.values(readJpegSize(await pictures.picture(notice, 'jpeg', { width, height }))), wanted);
        assert.deepEqual(sizeOfPng(await pictures.picture(notice, 'png', { width, height })), wanted);
      }
    }));

  for (const [build, find] of builds)
    it(`as a film lasts five seconds and begins with its index, by ${build}`, () =>
      inFolder(async (folder) => {
        const clip = await new NoticePictures(await find(), path.join(folder, 'work')).clip(notice);
        await writeFile(path.join(folder, 'clip.mp4'), clip);
        const shown = ['-v', 'error', '-count_packets', '-show_entries', 'stream=codec_name,width,height,pix_fmt,duration,nb_read_packets', '-of', 'csv=p=0', 'clip.mp4'];
        assert.equal((await ask((await machineTools()).ffprobe, shown, folder)).toString().trim(), 'h264,640,360,yuv420p,5.000000,25');
        assert.ok(clip.indexOf('moov') > 0 && clip.indexOf('moov') < clip.indexOf('mdat'));
      }));

  it('as a part of a stream may be sent again and again', () =>
    inFolder(async (folder) => {
      const pictures = new NoticePictures(await machineTools(), folder);
      const [part, jpeg] = [await pictures.part(notice, 'ZoneMinderFrame'), await pictures.picture(notice, 'jpeg')];
      const head = `--ZoneMinderFrame\r\nContent-Type: image/jpeg\r\nContent-Length: ${jpeg.length}\r\n\r\n`;
      assert.ok(part.equals(Buffer.concat([Buffer.from(head), jpeg, Buffer.from('\r\n')])));
    }));

  const hostile = ["'", ':', '\\', '%{pts}', '%{localtime}', "a':textfile=/etc/passwd,drawtext=text='b", '[in]', '\n\n\n', '\u0000', '\u202eevil', '🙂', '', '长'.repeat(5000)];
  it('is made of whatever text it is given, and reads none of it', () =>
    inFolder(async (folder) => {
      const pictures = new NoticePictures(await machineTools(), path.join(folder, 'work'));
      const picture = await pictures.picture({ lines: hostile, link: `https://gate.example.cn/'%{pts}:\\${'x'.repeat(900)}` }, 'png');
      assert.deepEqual(sizeOfPng(picture), [640, 360]);
      const plain = await pictures.picture({ lines: ['%{pts} %{localtime}'], link: null }, 'png');
      assert.ok((await likeness(await machineTools(), folder, plain, ['%{pts} %{localtime}'], 'x=24:y=31')) > 0.95);
    }));

  it('of no words at all is made too', () =>
    inFolder(async (folder) => {
      const pictures = new NoticePictures(await machineTools(), folder);
      assert.deepEqual(sizeOfPng(await pictures.picture({ lines: [], link: null }, 'png')), [640, 360]);
    }));
});

describe('pictures of notices', function () {
  this.timeout(60_000);

  /** Stands for ffmpeg: writes a MiB where it is told to, and one letter for each run. */
  async function counting(folder: string): Promise<{ tools: Tools; runs: () => Promise<number> }> {
    const [program, count] = [path.join(folder, 'ffmpeg'), path.join(folder, 'count')];
    await writeFile(count, '');
    await writeFile(program, `#!/bin/sh\nprintf x >>${count}\nfor last; do :; done\n/usr/bin/head -c 1048576 /dev/zero >"\${last#file:}"\n`);
    await chmod(program, 0o700);
    const tools: Tools = { ...(await machineTools()), ffmpeg: program, fence: noFence };
    return { tools, runs: async () => (await ask('/usr/bin/wc', ['-c', count])).toString().split(' ').map(Number)[0]! };
  }
  const numbered = (number: number): Notice => ({ lines: [`notice ${number}`], link: null });

  it('are made once for each content, also for many at once', () =>
    inFolder(async (folder) => {
      const { tools, runs } = await counting(folder);
      const pictures = new NoticePictures(tools, path.join(folder, 'work'));
      const asked = Array.from({ length: 30 }, () => pictures.picture(notice, 'png'));
      const [first, ...others] = await Promise.all(asked);
      assert.ok(others.every((one) => one === first));
      assert.equal(await runs(), 1);
      for (const other of [numbered(1), { ...notice, link: null }, { ...notice, lines: [notice.lines[1]!] }]) await pictures.picture(other, 'png');
      await pictures.picture(notice, 'jpeg');
      await pictures.clip(notice);
      await pictures.picture(notice, 'png', { width: 320, height: 180 });
      assert.equal(await runs(), 7);
    }));

  it('are kept as far as the memory that they may take: who was wanted last stays', () =>
    inFolder(async (folder) => {
      const { tools, runs } = await counting(folder);
      const pictures = new NoticePictures(tools, path.join(folder, 'work'));
      for (let number = 0; number < 32; number++) await pictures.picture(numbered(number), 'png');
      await pictures.picture(numbered(0), 'png');
      assert.equal(await runs(), 32);
      await pictures.picture(numbered(32), 'png');
      await pictures.picture(numbered(0), 'png');
      assert.equal(await runs(), 33);
      await pictures.picture(numbered(1), 'png');
      assert.equal(await runs(), 34);
    }));

  it('are made so many at a time; more than the line holds: capacity-exceeded', () =>
    inFolder(async (folder) => {
      const { tools } = await counting(folder);
      const pictures = new NoticePictures(tools, path.join(folder, 'work'), { most: 2, mostWaiting: 3, longestWaitMs: 600_000 });
      const asked = await Promise.allSettled(Array.from({ length: 13 }, (_, number) => pictures.picture(numbered(number), 'png')));
      const failed = asked.filter((one) => one.status === 'rejected');
      assert.equal(failed.length, 8);
      assert.ok(failed.every(({ reason }) => isProblem('capacity-exceeded')(reason)));
    }));

  it('that fail are not kept, and leave nothing', () =>
    inFolder(async (folder) => {
      const tools = await machineTools();
      const broken = { ...tools, ffmpeg: '/bin/false' };
      const pictures = new NoticePictures(broken, path.join(folder, 'work'));
      await assert.rejects(pictures.picture(notice, 'png'), isProblem('render-failed'));
      broken.ffmpeg = tools.ffmpeg;
      assert.deepEqual(sizeOfPng(await pictures.picture(notice, 'png')), [640, 360]);
      assert.deepEqual(await readdir(path.join(folder, 'work')), []);
      assert.deepEqual(await childrenCalled('ffmpeg', folder), []);
    }));
});
