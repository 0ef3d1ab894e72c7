// Films as ZoneMinder keeps them → units, held against what ffprobe reads in the same file; and what is made of films that are broken.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import type { Film } from '../../../adapters/zoneminder/film.js';
import { windowBytes } from '../../../adapters/zoneminder/limits.js';
import { openFilm } from '../../../adapters/zoneminder/film.js';
import { openMovie, type MovieUnit } from '../../../adapters/zoneminder/read-movie.js';
import { md5, packets } from '../../media/footage.js';
import { inFolder, machineTools } from '../../media/tools.js';
import { problemOf } from '../../contract/vms.js';
import { anEvent, cutFilm, type Cut } from './films.js';
import { calling, deviceOf } from './rig.js';
import { startStandIn } from './stand-in.js';

const inMemory = (bytes: Buffer): Film => ({ size: bytes.length, read: (from, to) => Promise.resolve(bytes.subarray(from, to)) });

async function unitsOf(film: Film, from = -Infinity): Promise<MovieUnit[]> {
  const movie = await openMovie(film);
  if (!movie) return [];
  const units: MovieUnit[] = [];
  for await (const unit of movie.units(from)) units.push(unit);
  movie.close();
  return units;
}

const brief = ({ micros, data }: MovieUnit): { micros: number; md5: string } => ({ micros, md5: md5(data) });

describe('a film', () => {
  const table: [string, Cut, 'h264' | 'h265', boolean][] = [
    ['as ZoneMinder writes it: fragmented', { from: 10, seconds: 10.7 }, 'h264', false],
    ['with its index at the end', { from: 10, seconds: 10.7, container: 'plain' }, 'h264', false],
    ['in Matroska', { from: 10, seconds: 10.7, container: 'mkv' }, 'h264', false],
    ['of H.265', { seconds: 6, film: 'street-h265.mp4' }, 'h265', false],
    ['with B-frames and sound', { seconds: 6, film: 'street-b.mp4' }, 'h264', true],
    ['with B-frames and sound, its index at the end', { seconds: 6, film: 'street-b.mp4', container: 'plain' }, 'h264', true],
    ['longer than what is read at once', { seconds: 60 }, 'h264', false],
  ];
  for (const [what, cut, codec, sound] of table)
    it(`${what}: every unit byte for byte, and its time`, async () => {
      const bytes = await cutFilm(cut);
      const units = await unitsOf(inMemory(bytes));
      await inFolder(async (folder) => {
        const file = path.join(folder, cut.container === 'mkv' ? 'film.mkv' : 'film.mp4');
        await writeFile(file, bytes);
        const { ffprobe } = await machineTools();
        const pictures = units.filter(({ kind }) => kind === 'video');
        const expected = await packets(ffprobe, file, 'v');
        const [first, begun] = [expected[0]!.micros, pictures[0]!.micros];
        assert.deepEqual(pictures.map(brief), expected.map((packet) => ({ ...packet, micros: packet.micros - first + begun })));
        if (sound) assert.deepEqual(units.filter(({ kind }) => kind === 'audio').map(({ data }) => md5(data)), (await packets(ffprobe, file, 'a')).map((packet) => packet.md5));
      });
      const movie = await openMovie(inMemory(bytes));
      assert.equal(movie?.video.codec, codec);
      assert.ok(movie.video.parameterSets.length >= 2);
      assert.equal(movie.audio !== null, sound);
      assert.equal(movie.lastMicros, Math.max(...units.filter(({ kind }) => kind === 'video').map(({ micros }) => micros)));
      assert.ok(units[0]?.key && units.some(({ key }) => !key));
      movie.close();
    });

  it('from the middle on begins with the key frame before', async () => {
    const bytes = await cutFilm({ seconds: 10.7 });
    const all = await unitsOf(inMemory(bytes));
    const some = await unitsOf(inMemory(bytes), 7_300_000);
    assert.deepEqual(some.map(brief), all.slice(60).map(brief));
    assert.ok(some[0]?.key);
  });

  it('is read in pieces, whatever its length, and the same comes out', async () => {
    const event = await anEvent(3, 0, 60);
    const standIn = await startStandIn({ events: [event] });
    const device = deviceOf(standIn);
    const film = await openFilm(device, '3', { count: 0 }, calling());
    assert.ok(film.size > windowBytes && film.size === event.film?.length);
    assert.deepEqual((await unitsOf(film)).map(brief), (await unitsOf(inMemory(event.film))).map(brief));
    const ranges = standIn.asked.filter(({ path: asked }) => asked === 'index.php').map(({ headers }) => headers.range);
    assert.ok(ranges.length < 8, ranges.join(' '));
    await standIn.close();
  });

  it('that is cut anywhere gives what was whole, in order', async () => {
    const bytes = await cutFilm({ from: 10, seconds: 10.7 });
    const whole = (await unitsOf(inMemory(bytes))).map(brief);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: bytes.length }), async (length) => {
        const some = (await unitsOf(inMemory(bytes.subarray(0, length)))).map(brief);
        assert.deepEqual(some, whole.slice(0, some.length));
      }),
      { numRuns: 60 },
    );
  });

  it('with any bytes turned over ends, and throws nothing but problems', async () => {
    const bytes = await cutFilm({ from: 10, seconds: 4 });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.integer({ min: 0, max: 4000 }), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 8 }), async (changes) => {
        const broken = Buffer.from(bytes);
        for (const [at, value] of changes) broken[at] = value;
        await unitsOf(inMemory(broken)).catch((thrown: { code?: string }) => assert.match(String(thrown.code), /^(vms-fault|codec-unsupported|wrong-footage)$/));
      }),
      { numRuns: 150 },
    );
  });

  it('that claims four thousand million pictures in a few bytes is refused before it is read', async () => {
    const bytes = Buffer.from(await cutFilm({ from: 10, seconds: 4 }));
    const run = bytes.indexOf('trun');
    bytes.writeUInt32BE(bytes.readUInt32BE(run + 4) & ~0xf00, run + 4);
    bytes.writeUInt32BE(0xffff_fff0, run + 8);
    const { code, printed } = await problemOf(unitsOf(inMemory(bytes)));
    assert.equal(code, 'vms-fault');
    assert.match(printed, /more pictures than any camera/);
  });

  it('whose pictures hold such bytes by chance is read', async () => {
    const bytes = Buffer.from(await cutFilm({ from: 10, seconds: 4 }));
    const inside = bytes.indexOf('mdat') + 5000;
    bytes.write('trun', inside, 'latin1');
    bytes.writeUInt32BE(0, inside + 4);
    bytes.writeUInt32BE(0xffff_fff0, inside + 8);
    assert.equal((await unitsOf(inMemory(bytes))).length, 40);
  });

  for (const [what, bytes] of [
    ['nothing', Buffer.alloc(0)],
    ['a page', Buffer.from('<!DOCTYPE html><html><body>Error</body></html>'.repeat(50))],
    ['noise', Buffer.from(Array.from({ length: 5000 }, (_, index) => (index * 7919) % 256))],
    ['the head of a film that has just begun', Buffer.from('000000246674797069736f6d0000020069736f6d69736f32617663316973', 'hex')],
  ] as const)
    it(`that is ${what} holds no picture`, async () => assert.deepEqual(await unitsOf(inMemory(bytes)), []));
});
