// What a play of samples decides before and beside ffmpeg: recipes, times, pace, which picture a still is, how parts are taken apart.
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import fc from 'fast-check';
import { Problem } from '../../plugin/domain/problem.js';
import { picturePart, splitPictures } from '../../plugin/media/multipart.js';
import { paceBy } from '../../plugin/media/pace.js';
import { pickStill } from '../../plugin/media/pick-still.js';
import type { Pictures } from '../../plugin/media/pictures.js';
import { clipRecipe, picturesRecipe, stillRecipe, type PlayRecipe } from '../../plugin/media/play-recipe.js';
import { markMakers } from '../../plugin/media/marks/index.js';
import { fitted, scaled } from '../../plugin/media/play-size.js';
import { playTime } from '../../plugin/media/play-time.js';
import type { Place, PictureUnit, PlayUnit } from '../../plugin/media/play-units.js';
import { soundTimes } from '../../plugin/media/sound-times.js';
import { stoppable } from '../../plugin/media/stoppable.js';
import { isProblem, never, second } from './plays.js';
import { zero } from './street.js';

describe('the recipe of a play', () => {
  const recipe: PlayRecipe = {
    codec: 'avc1.64001f',
    sound: null,
    size: { width: 1280, height: 720 },
    marks: [{ filter: 'drawtext', options: { fontfile: 'font.ttf', textfile: 'text.txt' } }],
    version: 'ffmpeg version 5.1.9-0+deb12u1',
  };
  const old = 'ffmpeg version N-47683-g0e8eb07980-static';
  const table: [name: string, args: string[]][] = [
    ['clip', clipRecipe(recipe)],
    ['clip-jpeg-sound-old', clipRecipe({ ...recipe, codec: 'mjpeg', sound: { codec: 'pcma' }, version: old })],
    ['pictures', picturesRecipe(recipe)],
    ['still-h265', stillRecipe({ ...recipe, codec: 'hvc1.1.6.L93.B0' }, 864_000_123_456)],
  ];
  for (const [name, args] of table)
    it(`is the golden one (${name})`, async () => {
      const file = new URL(`../golden/media/play-${name}.txt`, import.meta.url);
      const made = [...args, ''].join('\n');
      if (process.env['UPDATE_GOLDEN']) await writeFile(file, made);
      assert.equal(made, await readFile(file, 'utf8'));
    });
});

describe('the time of a picture on its way', () => {
  it('is exact to the microsecond, tells what is shown, and counts the clock from a whole second', () =>
    fc.assert(
      fc.property(fc.integer({ min: 1e12, max: 4e15 }), fc.integer({ min: -3600 * second, max: 86_400 * second }), (first, after) => {
        const time = playTime(first);
        assert.equal(time.zeroUtcMicros % second, 0);
        const shown = time.of({ place: 'shown', utcMicros: first + after });
        assert.equal(time.zeroUtcMicros + shown, first + after);
        const [before, behind] = [time.of({ place: 'before', utcMicros: first + after }), time.of({ place: 'after', utcMicros: first + after })];
        assert.ok(before >= 0 && before < 5 * 86_400 * second && shown > 5 * 86_400 * second && behind > 30_000 * 86_400 * second);
      }),
    ));

  for (const [place, days] of [['shown', -6], ['shown', 40_000], ['before', -2], ['before', 5], ['after', -20_000]] as const)
    it(`${place}, ${days} days from the first: wrong-footage`, () =>
      assert.throws(() => playTime(zero).of({ place, utcMicros: zero + days * 86_400 * second }), isProblem('wrong-footage')));
});

describe('when sound is heard', () => {
  const unit = (utcMicros: number, key = false, place: Place = 'shown'): PictureUnit => ({ kind: 'picture', place, utcMicros, key, data: Buffer.alloc(0) });
  /** Pictures and sounds in their order, seconds; a picture that begins anew is negative. What is heard when. */
  const table: [what: string, order: (readonly ['p' | 'k' | 's', number])[], heard: (number | null)[]][] = [
    ['with its picture', [['k', 0], ['s', 0.01], ['p', 0.1], ['s', 0.2]], [0.01, 0.2]],
    ['not before the first picture', [['s', -0.1], ['k', 0], ['s', 0]], [null, 0]],
    ['between B-frames', [['k', 0], ['p', 0.3], ['p', 0.1], ['s', 0.15], ['p', 0.2], ['s', 0.35]], [0.15, 0.35]],
    ['as far behind a hole of half a minute as it is', [['k', 0], ['k', 30], ['s', 30.5]], [30.5]],
    ['a minute behind a hole of an hour', [['k', 0], ['s', 0.5], ['s', 70], ['k', 3600], ['s', 3600.5]], [0.5, null, 60.5]],
    ['on and on where the clock steps back', [['k', 0], ['p', 1], ['s', 1.1], ['k', -99], ['s', -98.8]], [1.1, 1.2]],
    ['not over other sound', [['k', 0], ['s', 1], ['s', 0.5], ['s', 1], ['s', 1.5]], [1, null, null, 1.5]],
  ];
  for (const [what, order, heard] of table)
    it(what, () => {
      const times = soundTimes(zero);
      const found: (number | null)[] = [];
      for (const [kind, at] of order)
        if (kind === 's') found.push(times.of({ kind: 'sound', utcMicros: zero + at * second, data: Buffer.alloc(0) }));
        else times.note(unit(zero + at * second, kind === 'k'));
      assert.deepEqual(found, heard.map((at) => at && Math.round(at * second)));
    });

  it('pictures that are not shown move nothing', () => {
    const times = soundTimes(zero);
    times.note(unit(zero + 90 * second, true, 'after'));
    assert.equal(times.of({ kind: 'sound', utcMicros: zero + second, data: Buffer.alloc(0) }), second);
  });
});

describe('the picture of a still', () => {
  const pictures: Pictures = { note: () => false, describe: () => ({ codec: 'avc1', width: 64, height: 64, configuration: Buffer.alloc(0) }) };
  /** `I0 P3 B1 B2`: key or not, and tenths of a second; `<` before the span, `>` behind it. In decode order. */
  const read = (order: string): PictureUnit[] =>
    order.split(' ').map((word) => {
      const [, hidden, kind, at] = /^([<>]?)([IPB])(\d+)$/.exec(word)!;
      const place = hidden === '<' ? 'before' : hidden === '>' ? 'after' : 'shown';
      return { kind: 'picture', place, utcMicros: zero + Number(at) * 100_000, key: kind === 'I', data: Buffer.alloc(1) };
    });
  async function* given(units: readonly PlayUnit[], read: { count: number }): AsyncGenerator<PlayUnit> {
    for (const unit of units) {
      read.count++;
      yield unit;
    }
  }
  const groups = 'I0 P3 B1 B2 P6 B4 B5 I9 B7 B8 P12 B10 B11 I15 P16';
  const table: [what: string, order: string, at: number, target: number, fed: string][] = [
    ['the one at the time', groups, 4, 4, 'I0 P3 B1 B2 P6 B4 B5 I9 B7 B8 P12 B10 B11 I15 P16'],
    ['the last one before it', groups, 4.5, 4, 'I0 P3 B1 B2 P6 B4 B5 I9 B7 B8 P12 B10 B11 I15 P16'],
    ['shown before a key frame, decoded after it: with the group before', groups, 8, 8, 'I0 P3 B1 B2 P6 B4 B5 I9 B7 B8 P12 B10 B11 I15 P16'],
    ['of the group that begins with it', groups, 9, 9, 'I9 B7 B8 P12 B10 B11 I15 P16'],
    ['the last of all', groups, 99, 16, 'I15 P16'],
    ['none that is before the span', '<I0 <P1 P2 P3', 1, 2, '<I0 <P1 P2 P3'],
    ['none that is behind the span', 'I0 P1 >P4 B2 >B3', 9, 2, 'I0 P1 >P4 B2 >B3'],
    ['the first where all are later', '<I0 P4 B2 B3', 0, 2, '<I0 P4 B2 B3'],
    ['the newer one where the clock stepped back', 'I50 P51 I20 P21', 30, 21, 'I20 P21'],
  ];
  for (const [what, order, at, target, fed] of table)
    it(what, async () => {
      const picked = await pickStill(given(read(order), { count: 0 }), pictures, zero + at * 100_000);
      assert.equal(picked.target.utcMicros, zero + target * 100_000);
      assert.deepEqual(picked.units, read(fed));
    });

  it('is looked for no longer than a decoder may hold it back', async () => {
    const units = Array.from({ length: 500 }, (_, at) => read(at % 50 === 0 ? `I${at}` : `P${at}`)[0]!);
    const read_ = { count: 0 };
    await pickStill(given(units, read_), pictures, zero + 100 * 100_000);
    assert.equal(read_.count, 101 + 17);
  });

  it('nothing shown: footage-missing; far too much before it: wrong-footage', async () => {
    await assert.rejects(pickStill(given([], { count: 0 }), pictures, zero), isProblem('footage-missing'));
    await assert.rejects(pickStill(given(read('<I0 <P1'), { count: 0 }), pictures, zero), isProblem('footage-missing'));
    const heavy = read(`<I0 ${Array.from({ length: 70 }, (_, at) => `<P${at + 1}`).join(' ')}`).map((unit) => ({ ...unit, data: Buffer.alloc(1024 * 1024) }));
    await assert.rejects(pickStill(given(heavy, { count: 0 }), pictures, zero + 99 * second), isProblem('wrong-footage'));
  });
});

describe('the pace of pictures', () => {
  const make = (rate: number) => {
    const told = { time: 0, waits: [] as number[] };
    const clock = {
      now: () => told.time,
      wait: async (milliseconds: number) => {
        told.waits.push(Math.round(milliseconds));
        told.time += milliseconds;
      },
    };
    return { told, due: paceBy(rate, clock) };
  };
  const table: [what: string, rate: number, seconds: number[], waits: number[]][] = [
    ['is that of the footage', 100, [0, 0.1, 0.2, 0.5], [100, 100, 300]],
    ['is four times that', 400, [0, 0.1, 0.2, 0.5], [25, 25, 75]],
    ['is half of that', 50, [0, 0.1, 0.2], [200, 200]],
    ['waits for no hole longer than five seconds', 100, [0, 3600, 3600.1], [5000, 100]],
    ['nor for one that is played slowly', 1, [0, 10, 20], [5000, 5000]],
    ['waits for no clock that steps back', 100, [10, 5, 5.1], [100]],
  ];
  for (const [what, rate, seconds, waits] of table)
    it(what, async () => {
      const { told, due } = make(rate);
      for (const at of seconds) await due(zero + at * second, never);
      assert.deepEqual(told.waits, waits);
    });

  it('is not hurried for a reader who was slow, nor slowed for one who is a little late', async () => {
    const { told, due } = make(100);
    for (const [at, spent] of [[0, 0], [0.1, 60_000], [0.2, 0], [0.3, 30], [0.4, 0]] as const) {
      await due(zero + at * second, never);
      told.time += spent;
    }
    assert.deepEqual(told.waits, [100, 100, 70]);
  });
});

describe('parts of pictures', () => {
  it('are taken apart wherever the pipe cuts them', () =>
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 400 }), { maxLength: 6 }), fc.array(fc.integer({ min: 1, max: 97 }), { minLength: 1, maxLength: 9 }), (jpegs, cuts) => {
        const written = jpegs.map((jpeg) => `Content-type: image/jpeg\r\nContent-length: ${jpeg.length}\r\n\r\n${Buffer.from(jpeg).toString('latin1')}\r\n--ffmpeg\r\n`);
        const all = Buffer.from(`--ffmpeg\r\n${written.join('')}`, 'latin1');
        const split = splitPictures();
        const found: Buffer[] = [];
        for (let at = 0, turn = 0; at < all.length; turn++) {
          const length = cuts[turn % cuts.length]!;
          found.push(...split(all.subarray(at, at + length)));
          at += length;
        }
        assert.deepEqual(found.map((jpeg) => [...jpeg]), jpegs.map((jpeg) => [...jpeg]));
      }),
    ));

  for (const [what, bytes] of [['no head', 'x'.repeat(2000)], ['a head without a length', 'Content-type: image/jpeg\r\n\r\n'], ['a length beyond all measure', 'Content-length: 99999999999\r\n\r\n']] as const)
    it(`${what}: render-failed`, () => assert.throws(() => splitPictures()(Buffer.from(bytes)), isProblem('render-failed')));

  it('are written as the stream program writes them', () =>
    assert.equal(picturePart('ZoneMinderFrame', Buffer.from('abc')).toString(), '--ZoneMinderFrame\r\nContent-Type: image/jpeg\r\nContent-Length: 3\r\n\r\nabc\r\n'));
});

describe('the size of a play', () => {
  const own = { width: 1280, height: 720 };
  const table: [what: string, found: { width: number; height: number }, wanted: [number, number]][] = [
    ['whole', scaled(own, 100), [1280, 720]],
    ['half', scaled(own, 50), [640, 360]],
    ['even', scaled(own, 33), [422, 236]],
    ['never larger', scaled(own, 400), [1280, 720]],
    ['never too small for its mark', scaled(own, 3), [320, 180]],
    ['of a small camera, no smaller than its own', scaled({ width: 176, height: 144 }, 10), [176, 144]],
    ['of a tiny one, larger', scaled({ width: 80, height: 60 }, 100), [160, 120]],
    ['of an odd picture', scaled({ width: 321, height: 241 }, 100), [320, 240]],
    ['by its width', fitted(own, 640, null), [640, 360]],
    ['by its height', fitted(own, null, 240), [426, 240]],
    ['by both', fitted(own, 500, 500), [500, 500]],
    ['a thumbnail of a list', fitted(own, 48, 27), [320, 180]],
    ['by its width alone', fitted(own, 48, null), [320, 180]],
    ['small and square', fitted(own, 40, 40), [320, 320]],
    ['small of a camera on its side', fitted({ width: 1080, height: 1920 }, 27, 48), [320, 568]],
    ['a line of it', fitted(own, 1280, 10), [1280, 180]],
    ['by neither', fitted(own, null, null), [1280, 720]],
  ];
  for (const [what, found, wanted] of table) it(what, () => assert.deepEqual([found.width, found.height], wanted));

  it('holds the whole mark of the smallest picture, in letters that can be read', () => {
    const text = { requestId: '登记 123456', unit: '沪江市公安局城东分局刑事侦查支队第三大队', officers: ['阿卜杜热西提·买买提明'] };
    const scene = { ...fitted(own, 48, 27), firstUtcMicros: 0, times: 'asserted' as const, text };
    const written = markMakers.text.write(scene);
    for (const part of ['查阅件,非原件', 'ORIGINAL', text.requestId, text.unit, ...text.officers]) assert.ok(written.replaceAll('\n', '').includes(part), part);
    assert.ok(Number(markMakers.text.filter(scene, { font: 'f', text: 't' }).options['fontsize']) >= 10);
  });
});

describe('a source that may be stuck', () => {
  it('gives what it has, and what it throws', async () => {
    const found: number[] = [];
    async function* source(): AsyncGenerator<number> {
      yield* [1, 2, 3];
      throw new Problem('vms-fault', 'broken');
    }
    const reading = (async () => {
      for await (const one of stoppable(source(), never)) found.push(one);
    })();
    await assert.rejects(reading, isProblem('vms-fault'));
    assert.deepEqual(found, [1, 2, 3]);
  });

  it('is left alone when it is told to stop, and told to return', async () => {
    const stop = new AbortController();
    let told = false;
    const stuck: AsyncIterable<number> = {
      [Symbol.asyncIterator]: () => ({
        next: () => new Promise(() => undefined),
        return: async () => {
          told = true;
          return { done: true, value: undefined };
        },
      }),
    };
    const next = stoppable(stuck, stop.signal).next();
    stop.abort(new Error('enough'));
    await assert.rejects(next, isProblem('render-failed'));
    assert.ok(told);
  });

  it('does not begin where it was stopped before', async () =>
    assert.rejects(stoppable((async function* () { yield 1; })(), AbortSignal.abort(new Error('enough'))).next(), isProblem('render-failed')));
});
