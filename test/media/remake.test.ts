// A recipe from outside is run only where this program could have written it: everything else of ffmpeg's language stays shut.
import assert from 'node:assert/strict';
import type { Recipe } from '../../plugin/domain/artifact.js';
import { efforts, type Effort, type Mark } from '../../plugin/domain/duty.js';
import type { MaskArea } from '../../plugin/domain/mask-area.js';
import { layMarks } from '../../plugin/media/marks/lay-marks.js';
import { markMakers } from '../../plugin/media/marks/index.js';
import { drawAreas } from '../../plugin/media/masks/draw-areas.js';
import type { Part } from '../../plugin/media/mux-parts.js';
import { joinRecipe, pieceRecipe, viewingRecipe } from '../../plugin/media/recipe.js';
import { readViewingRecipe } from '../../plugin/media/remake.js';
import { outputLimit } from '../../plugin/media/render.js';
import { runArguments } from '../../plugin/media/run-ffmpeg.js';

const part: Part = {
  part: 1, container: 'mp4', firstUtcMicros: 1_772_359_200_000_000, lastUtcMicros: 1_772_359_259_960_000, durationMicros: 60_000_000, preRollMs: 0, frames: 1500,
  preRollFrames: 0, postRollFrames: 0, width: 640, height: 360, codec: 'avc1.64001f', audio: null,
};
const jpeg: Part = { ...part, container: 'mkv', codec: 'mjpeg', audio: { codec: 'pcmu', channels: 1, sampleRate: 8000, units: 3000 } };
const bytes = 3_000_000;
const versions = ['ffmpeg version 5.1.9-0+deb12u1', 'ffmpeg version 7.1', 'ffmpeg version 4.4.2'];

/** The same, in pieces. */
function inPieces(cuts: readonly number[], of: Part = part): Recipe {
  const whole = aRecipe(of);
  const recipe = { input: `01.${of.container}`, output: '01-viewing.mp4', part: of, marks: laidOf(of), mostBytes: outputLimit(of, bytes), effort: 'balance' as const, version: versions[0]! };
  return { ...whole, arguments: [...runArguments, ...joinRecipe(recipe)], pieces: { arguments: [...runArguments, ...pieceRecipe(recipe)], cuts } };
}

function laidOf(of: Part, marks: readonly Mark[] = ['text', 'clock']) {
  const scene = { ...of, times: 'proven' as const, text: { requestId: 'EG-1', unit: '示例', officers: ['示例甲'] } };
  const filters = marks.map((mark) => markMakers[mark].filter(scene, { font: '01-font.ttf', text: `01-${mark}.txt` }));
  return layMarks(filters, of);
}

function aRecipe(of: Part = part, version = versions[0]!, marks: readonly Mark[] = ['text', 'clock'], effort: Effort = 'balance', areas: readonly MaskArea[] = []): Recipe {
  const scene = { ...of, times: 'proven' as const, text: { requestId: 'EG-1', unit: '示例', officers: ['示例甲'] } };
  const laid = laidOf(of, marks);
  const narrow = of.codec === 'mjpeg' ? [{ filter: 'scale', options: { in_range: 'full', out_range: 'limited' } }, { filter: 'format', options: { pix_fmts: 'yuv420p' } }] : [];
  const made = viewingRecipe({ input: `01.${of.container}`, output: '01-viewing.mp4', part: of, marks: [...drawAreas(areas, of), ...laid], mostBytes: outputLimit(of, bytes), effort, threads: 3, version });
  assert.equal(made.some((one) => one.startsWith('scale=')), narrow.length > 0);
  const beside = marks.length === 0 ? [] : [{ name: '01-font.ttf', sha256: '0'.repeat(64) }, ...marks.map((mark) => ({ name: `01-${mark}.txt`, text: markMakers[mark].write(scene) }))];
  return { tool: 'ffmpeg', version, arguments: [...runArguments, ...made], beside };
}

const args = (change: (list: string[]) => string[]) => (recipe: Recipe): Recipe => ({ ...recipe, arguments: change([...recipe.arguments]) });
const replace = (from: string, to: string) => args((list) => list.map((one) => one.replace(from, to)));
const behind = (name: string, value: string) => args((list) => list.with(list.indexOf(name) + 1, value));

const hostile: [what: string, change: (recipe: Recipe) => Recipe][] = [
  ['another tool', (recipe) => ({ ...recipe, tool: 'sh' })],
  ['one argument more', args((list) => [...list.slice(0, -1), '-attach', '/etc/passwd', list.at(-1)!])],
  ['one argument less', args((list) => list.filter((one) => one !== '-sn'))],
  ['a second input', args((list) => list.toSpliced(list.indexOf('-i'), 0, '-i', 'file:/etc/passwd'))],
  ['an input by network', replace('file:01.mp4', 'http://127.0.0.1/01.mp4')],
  ['an input outside', replace('file:01.mp4', 'file:../../secret.mp4')],
  ['an absolute input', replace('file:01.mp4', 'file:/etc/passwd')],
  ['an output outside', replace('file:01-viewing.mp4', 'file:../viewing.mp4')],
  ['an output that is a device', replace('file:01-viewing.mp4', 'file:/dev/sda')],
  ['an output over the input', replace('file:01-viewing.mp4', 'file:01.mp4')],
  ['an output over its own mark', (recipe) => ({ ...recipe, beside: [...recipe.beside!, { name: '01-viewing.mp4', text: '' }] })],
  ['open protocols', behind('-protocol_whitelist', 'file,http,tcp')],
  ['open formats', behind('-format_whitelist', 'concat,hls')],
  ['another filter', behind('-filter:v', 'movie=/etc/passwd')],
  ['a filter behind the marks', args((list) => list.map((one) => (one.includes('drawtext=') ? `${one},movie=x.mp4` : one)))],
  ['a filter in a quoted value', args((list) => list.map((one) => one.replace('x=14', "x='14;movie=x.mp4'")))],
  ['a mark from a file of the machine', replace('textfile=01-text.txt', 'textfile=/etc/passwd')],
  ['a mark from a file that was not brought', replace('textfile=01-text.txt', 'textfile=02-text.txt')],
  ['a mark with a text of its own', replace('textfile=01-text.txt', 'text=other')],
  ['a font of the machine', replace('fontfile=01-font.ttf', 'fontfile=/usr/share/fonts/x.ttf')],
  ['reloaded marks', replace('box=1', 'reload=1')],
  ['a mark that is brought elsewhere', (recipe) => ({ ...recipe, beside: [{ name: '../x.txt', text: '' }, ...recipe.beside!] })],
  ['a mark with the name of a program', (recipe) => ({ ...recipe, beside: [{ name: 'x.sh', text: '' }, ...recipe.beside!] })],
  ['a mark twice', (recipe) => ({ ...recipe, beside: [...recipe.beside!, recipe.beside![1]!] })],
  ['a font from outside', (recipe) => ({ ...recipe, beside: [{ name: '01-font.ttf', text: '%!PS-AdobeFont-1.0' }, ...recipe.beside!.slice(1)] })],
  ['letters from a text', replace('fontfile=01-font.ttf', 'fontfile=01-text.txt')],
  ['a text that is only known by its sum', (recipe) => ({ ...recipe, beside: [recipe.beside![0]!, { name: '01-text.txt', sha256: '0'.repeat(64) }, ...recipe.beside!.slice(2)] })],
  ['a file beside it that is no mark', (recipe) => ({ ...recipe, beside: [...recipe.beside!, { name: '01-other.txt', text: '' }] })],
  ['an output where what was handed over is put', replace('file:01-viewing.mp4', 'file:handed-over.mp4')],
  ['an input where what was handed over is put', replace('file:01.mp4', 'file:handed-over.mp4')],
  ['a part of another name, which all others follow', (recipe) => JSON.parse(JSON.stringify(recipe).replaceAll('01', 'handed-over')) as Recipe],
  ['a thousand threads', behind('-threads', '1000')],
  ['no number of threads', behind('-threads', 'auto')],
  ['an output without an end', behind('-fs', '999999999999')],
  ['another encoder', behind('-c:v', 'libx265')],
  ['a report', args((list) => ['-report', ...list.slice(1)])],
  ['progress sent elsewhere', behind('-progress', 'http://127.0.0.1/')],
  ['the preset of another effort', behind('-preset', 'superfast')],
  ['a preset of no effort', behind('-preset', 'placebo')],
  ['the rate factor of another effort', behind('-crf', '19')],
  ['a rate factor of no effort', behind('-crf', '0')],
  ['no arguments', args(() => [])],
];

describe('a recipe that is read back', () => {
  for (const version of versions)
    for (const [what, of] of [['H.264', part], ['JPEG and sound', jpeg]] as const)
      for (const marks of [['text', 'clock', 'tile'], ['text', 'clock'], ['text'], []] as const)
        it(`is known: ${what}, ${marks.length} marks, ${version}`, () => {
          const read = readViewingRecipe(aRecipe(of, version, marks), of, bytes);
          assert.deepEqual([read?.input, read?.output], [`01.${of.container}`, '01-viewing.mp4']);
        });

  for (const effort of efforts)
    for (const [what, of, hasSound] of [
      ['without sound', part, false],
      ['with sound', jpeg, true],
      ['of sound, muted', { ...jpeg, audio: null }, false],
    ] as const)
      it(`is known: ${effort}, ${what}`, () => {
        const read = readViewingRecipe(aRecipe(of, versions[0], ['text'], effort), what === 'of sound, muted' ? jpeg : of, bytes);
        assert.equal(read?.hasSound, hasSound);
      });

  it('is refused: sound where the part has none', () => {
    assert.equal(readViewingRecipe(aRecipe(jpeg), { ...jpeg, audio: null }, bytes), null);
  });

  for (const [what, change] of hostile) it(`is refused: ${what}`, () => assert.equal(readViewingRecipe(change(aRecipe()), part, bytes), null));

  const cuts = [0, 20_000_000, 40_000_000, part.durationMicros];
  for (const of of [part, jpeg])
    it(`is known in pieces: ${of.container}`, () => {
      const read = readViewingRecipe(inPieces(cuts, of), of, bytes);
      assert.deepEqual(read?.pieces?.cuts, cuts);
      assert.equal(read?.hasSound, of.audio !== null);
    });

  const wrongPieces: [what: string, change: (recipe: Recipe) => Recipe][] = [
    ['that begin behind the beginning', (recipe) => ({ ...recipe, pieces: { ...recipe.pieces!, cuts: [1, ...cuts.slice(1)] } })],
    ['that end before the end', (recipe) => ({ ...recipe, pieces: { ...recipe.pieces!, cuts: cuts.slice(0, -1) } })],
    ['that go back', (recipe) => ({ ...recipe, pieces: { ...recipe.pieces!, cuts: [0, 40_000_000, 20_000_000, part.durationMicros] } })],
    ['of no length', (recipe) => ({ ...recipe, pieces: { ...recipe.pieces!, cuts: [0, 20_000_000, 20_000_000, part.durationMicros] } })],
    ['cut between microseconds', (recipe) => ({ ...recipe, pieces: { ...recipe.pieces!, cuts: [0, 0.5, part.durationMicros] } })],
    ['without cuts', (recipe) => ({ ...recipe, pieces: { ...recipe.pieces!, cuts: [] } })],
    ['with another input', (recipe) => ({ ...recipe, pieces: { ...recipe.pieces!, arguments: recipe.pieces!.arguments.map((one) => one.replace('file:01.mp4', 'file:/etc/passwd')) } })],
    ['with another output', (recipe) => ({ ...recipe, pieces: { ...recipe.pieces!, arguments: recipe.pieces!.arguments.with(-1, 'file:/tmp/x.mp4') } })],
    ['with an argument more', (recipe) => ({ ...recipe, pieces: { ...recipe.pieces!, arguments: [...recipe.pieces!.arguments.slice(0, -1), '-attach', '/etc/passwd', recipe.pieces!.arguments.at(-1)!] } })],
    ['joined from a list of its own', (recipe) => ({ ...recipe, arguments: recipe.arguments.map((one) => one.replace('01-viewing-pieces.txt', 'other.txt')) })],
    ['joined from a list that was brought', (recipe) => ({ ...recipe, beside: [...recipe.beside!, { name: '01-viewing-pieces.txt', text: 'ffconcat version 1.0\nfile /etc/passwd\n' }] })],
    ['of which one is written over the part', (recipe) => ({ ...recipe, pieces: { ...recipe.pieces!, arguments: recipe.pieces!.arguments.map((one) => one.replace('file:01.mp4', 'file:01-viewing-0000.mp4')) } })],
    ['that are nowhere, only joined', ({ pieces: _, ...recipe }) => recipe],
    ['beside a whole', (recipe) => ({ ...recipe, arguments: aRecipe().arguments })],
  ];
  for (const [what, change] of wrongPieces) it(`is refused in pieces ${what}`, () => assert.equal(readViewingRecipe(change(inPieces(cuts)), part, bytes), null));

  it('is refused where the part is another one', () => {
    assert.equal(readViewingRecipe(aRecipe(), jpeg, bytes), null);
    assert.equal(readViewingRecipe(aRecipe(), part, bytes + 1), null);
    assert.equal(readViewingRecipe(aRecipe(jpeg), { ...jpeg, durationMicros: 1 }, bytes), null);
  });

  const window: MaskArea = { shape: { kind: 'rectangle', x: 0, y: 0, width: 2000, height: 2000 }, style: 'solid', hides: ['place'], reason: '示例' };
  const areas: MaskArea[] = [window, { ...window, style: 'blur', span: { from: '2026-03-01T10:00:00.000Z', to: '2026-03-01T10:00:05.000Z' } }];
  for (const [what, of] of [['H.264', part], ['JPEG and sound', jpeg]] as const)
    for (const marks of [['text', 'clock'], []] as const)
      it(`that hides areas is known beside these very areas, and no others: ${what}, ${marks.length} marks`, () => {
        const recipe = aRecipe(of, versions[0], marks, 'balance', areas);
        assert.notEqual(readViewingRecipe(recipe, of, bytes, areas), null);
        for (const other of [[], [window], [{ ...window, style: 'blur' as const }, areas[1]!], [...areas, window]])
          assert.equal(readViewingRecipe(recipe, of, bytes, other), null);
        assert.equal(readViewingRecipe(aRecipe(of, versions[0], marks), of, bytes, areas), null);
        assert.equal(readViewingRecipe(recipe, { ...of, width: 1280 }, bytes, areas), null);
      });
});
