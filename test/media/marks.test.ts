// Marks and recipe: goldens, hostile text, and lines that fit every picture.
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import fc from 'fast-check';
import { marks } from '../../plugin/domain/duty.js';
import { buildArguments } from '../../plugin/media/ffmpeg.js';
import { offsetAt } from '../../plugin/media/marks/clock.js';
import { inDrawingOrder, markMakers } from '../../plugin/media/marks/index.js';
import { layMarks } from '../../plugin/media/marks/lay-marks.js';
import { printable } from '../../plugin/media/marks/layout.js';
import type { MarkText, Scene } from '../../plugin/media/marks/mark.js';
import { viewingRecipe } from '../../plugin/media/recipe.js';
import type { ViewingRecipe } from '../../plugin/media/recipe.js';
import { zero } from './street.js';

const text: MarkText = { requestId: 'EG-310000-SZX01-2026-000123', unit: '沪江市公安局城东分局刑侦支队', officers: ['张三', '李四'] };
const scene = (width: number, height: number, change: Partial<MarkText> = {}): Scene => ({
  width,
  height,
  times: 'proven', firstUtcMicros: zero + 123_456,
  text: { ...text, ...change },
});
const versions = {
  old: 'ffmpeg version N-47683-g0e8eb07980-static',
  debian: 'ffmpeg version 5.1.9-0+deb12u1',
  new: 'ffmpeg version 7.1',
  custom: 'ffmpeg version n6.0',
  four: 'ffmpeg version 4.4.2',
};

const recipeFor = (place: Scene, version = versions.debian, part: ViewingRecipe['part'] = silent): string[] =>
  viewingRecipe({
    input: '01.mp4',
    output: '01-viewing.mp4',
    mostBytes: 100_000_000,
    effort: 'balance',
    threads: 3,
    version,
    part,
    marks: layMarks(inDrawingOrder(marks).map((mark) => markMakers[mark].filter(place, { font: '01-font.ttf', text: `01-${mark}.txt` })), place),
  });
const silent = { width: 640, height: 360, container: 'mp4', codec: 'avc1.64001f', audio: null, durationMicros: 60_000_000 } as const;
const withSound = { width: 640, height: 360, container: 'mkv', codec: 'mjpeg', audio: { codec: 'pcmu', channels: 1, sampleRate: 8000, units: 3000 }, durationMicros: 60_000_000 } as const;
const golden = (place: Scene): string =>
  [...inDrawingOrder(marks).map((mark) => `# 01-${mark}.txt\n${markMakers[mark].write(place)}\n`), '# arguments', ...recipeFor(place), ''].join('\n');

describe('the recipe', () => {
  for (const [width, height] of [
    [640, 360],
    [768, 576],
    [1920, 1080],
    [3840, 2160],
    [176, 144],
  ] as const)
    it(`for ${width}×${height} is the golden one`, async () => {
      const file = new URL(`../golden/media/viewing-${width}x${height}.txt`, import.meta.url);
      const made = golden(scene(width, height, { copy: { number: 3, of: 12 }, gate: 'TRCMG' }));
      if (process.env.UPDATE_GOLDEN) await writeFile(file, made);
      assert.equal(made, await readFile(file, 'utf8'));
    });

  for (const [name, version] of [
    ['jpeg-sound', versions.debian],
    ['jpeg-sound-old', versions.old],
  ] as const)
    it(`for JPEG with sound is the golden one (${name})`, async () => {
      const file = new URL(`../golden/media/viewing-${name}.txt`, import.meta.url);
      const made = [...recipeFor(scene(640, 360), version, withSound), ''].join('\n');
      if (process.env.UPDATE_GOLDEN) await writeFile(file, made);
      assert.equal(made, await readFile(file, 'utf8'));
    });

  for (const [name, option] of [
    ['old', '-vsync'],
    ['four', '-vsync'],
    ['debian', '-fps_mode'],
    ['custom', '-fps_mode'],
    ['new', '-fps_mode'],
  ] as const)
    it(`keeps frame times by ${option} on ${versions[name]}`, () => assert.ok(recipeFor(scene(640, 360), versions[name]).includes(option)));

  const hostile = [
    "'",
    ':',
    '\\',
    '%{pts}',
    '%{metadata:x}',
    "a':textfile=/etc/passwd,drawtext=text='b",
    '[in]',
    ';',
    ',',
    '\n',
    '\r\n',
    '\u0000',
    '$(id)',
    '\u202eevil',
    '🙂',
  ];
  for (const piece of hostile)
    it(`is not altered by ${JSON.stringify(piece)} in people’s text`, () => {
      const evil = scene(1920, 1080, { unit: `甲${piece}乙`, officers: [`张${piece}三`], requestId: `EG${piece}1`, instrument: `第${piece}号` });
      assert.deepEqual(recipeFor(evil), recipeFor(scene(1920, 1080)));
      assert.equal(markMakers.clock.write(evil), markMakers.clock.write(scene(1920, 1080)));
      assert.equal(markMakers.text.write(evil).split('\n').length, 5);
      assert.equal(markMakers.tile.write(evil).split('\n').length, markMakers.tile.write(scene(1920, 1080)).split('\n').length);
      for (const mark of ['text', 'tile'] as const)
        assert.doesNotMatch(markMakers[mark].write(evil), /[\u0000-\u0009\u000b-\u001f\u202a-\u202e]/);
    });

  it('refuses an option that would need escaping', () =>
    assert.throws(
      () =>
        buildArguments({
          inputOptions: [],
          input: 'a',
          filters: [{ filter: 'drawtext', options: { text: "a':b" } }],
          outputOptions: [],
          output: 'b',
        }),
      /text is not plain/,
    ));
});

describe('a mark', () => {
  const sizes = fc.constantFrom([176, 144], [352, 288], [640, 360], [768, 576], [1280, 720], [1920, 1080], [3840, 2160], [720, 1280]);
  const word = fc.string({ unit: fc.constantFrom(...'张三李四王五城东分局刑侦支队WMil.- 、'), maxLength: 150 });
  /** Widths of the shipped font, em: `hmtx` of the widest Latin capital and of a Han character. */
  const widest = (line: string): number =>
    [...line].reduce(
      (sum, one) => sum + (one === 'W' || one > '\u2000' ? 1 : one === 'M' ? 0.83 : /[A-Z]/.test(one) ? 0.73 : one === ' ' ? 0.225 : 0.6),
      0,
    );

  it('never runs out of the picture and never hides more than half of it', () =>
    fc.assert(
      fc.property(sizes, word, fc.array(word, { minLength: 1, maxLength: 6 }), ([width, height], unit, officers) => {
        const place = scene(width!, height!, { unit, officers });
        const lines = markMakers.text.write(place).split('\n');
        const { fontsize } = markMakers.text.filter(place, { font: 'f', text: 't' }).options as { fontsize: number };
        for (const line of lines) assert.ok(widest(line) * fontsize <= width!, line);
        assert.ok(lines.length * fontsize * 1.5 <= height! * 0.5 + 1);
      }),
      { numRuns: 200 },
    ));

  /** The same of the narrowest: no less than this. */
  const narrowest = (line: string): number => [...line].reduce((sum, one) => sum + (one > '\u2000' ? 1 : one === ' ' ? 0.22 : /[A-Z]/.test(one) ? 0.55 : 0.5), 0);

  it('tiles the whole picture, and every upright strip of it', () =>
    fc.assert(
      fc.property(sizes, fc.array(fc.stringMatching(/^[甲乙丙A-Z ]{2,12}$/), { minLength: 1, maxLength: 6 }), ([width, height], officers) => {
        const place = scene(width!, height!, { officers });
        const rows = markMakers.tile.write(place).split('\n');
        const { fontsize, line_spacing: ground } = markMakers.tile.filter(place, { font: 'f', text: 't' }).options as { fontsize: number; line_spacing: number };
        for (const row of rows) assert.ok(narrowest(row) * fontsize >= width!, row);
        assert.ok(rows.length * (fontsize * 1.2 + ground) >= height!);
        assert.notEqual(rows[0], rows[1]);
      }),
      { numRuns: 200 },
    ));

  it('names the paper on which the copy was given, where there is one', () => {
    const drawn = markMakers.text.write(scene(1920, 1080, { instrument: '沪公（刑）调证字〔2026〕0123号' })).split('\n');
    assert.equal(drawn.length, 5);
    assert.equal(drawn[2], '文书编号 沪公（刑）调证字〔2026〕0123号');
    assert.ok(!markMakers.text.write(scene(1920, 1080)).includes('文书'));
  });

  it('says which of how many copies of the package this is, where it is one', () => {
    const drawn = markMakers.text.write(scene(1920, 1080, { copy: { number: 3, of: 12 }, gate: 'TRCMG' })).split('\n');
    assert.deepEqual([drawn.length, drawn[1]], [5, '第 3 份,共 12 份 COPY 3 OF 12']);
    assert.match(drawn[2]!, /^编号 EG-[A-Z0-9-]+-TRCMG-C03-[0-9A-Z]$/);
    assert.doesNotMatch(markMakers.text.write(scene(1920, 1080)), /份|COPY \d/);
    // Nowhere else: the tile bears names alone, and the clock the time.
    for (const mark of ['clock', 'tile'] as const)
      assert.equal(markMakers[mark].write(scene(640, 360, { copy: { number: 3, of: 12 } })), markMakers[mark].write(scene(640, 360)));
  });

  it('leaves out which copy it is rather than who received it, where the picture has no room for both', () => {
    for (const [width, height] of [[176, 144], [160, 120], [128, 96]] as const)
      assert.equal(markMakers.text.write(scene(width, height, { copy: { number: 3, of: 12 } })), markMakers.text.write(scene(width, height)));
    for (const [width, height] of [[320, 240], [352, 288], [640, 360]] as const)
      assert.match(markMakers.text.write(scene(width, height, { copy: { number: 3, of: 12 } })), /COPY 3 OF 12[\s\S]*李四$/);
  });

  it('loses no character of a name to line breaks', () => {
    const officers = ['欧阳䶮', '古丽娜尔·买买提', 'Aleksandr Testov'];
    const drawn = markMakers.text.write(scene(640, 360, { officers })).replaceAll('\n', '');
    for (const name of officers) assert.ok(drawn.replaceAll(' ', '').includes(name.replaceAll(' ', '')), drawn);
  });

  it('cuts what no mark can hold, visibly', () => assert.match(printable('长'.repeat(500)), /^长{119}…$/));

  it('bears the offset of Shanghai at the instant, not a constant', () => {
    assert.deepEqual(offsetAt(new Date('2026-03-01T00:00:00Z')), { text: '+08:00', seconds: 28_800 });
    assert.deepEqual(offsetAt(new Date('1988-07-01T00:00:00Z')), { text: '+09:00', seconds: 32_400 });
  });
});
