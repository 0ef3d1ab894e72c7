// What a plan lets leave, told by the command and by the page alike: masked copies where masks were asked for, copies alone where it says so, and the areas that were drawn.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import type { MaskArea } from '../../plugin/domain/mask-area.js';
import { canonicalJson } from '../../plugin/domain/formats/canonical-json.js';
import { checkDelivery } from '../../plugin/evidence/check-delivery.js';
import type { Manifest } from '../../plugin/evidence/manifest-schema.js';
import type { History } from '../../plugin/evidence/read-history.js';
import { checkDelivery as checkByPage } from '../../verifier/engine/delivery.js';

const area: MaskArea = { shape: { kind: 'rectangle', x: 0, y: 0, width: 100, height: 100 }, style: 'solid', hides: ['faces'], reason: '示例 "引号" \u00e9' };
const drawnOf = (areas: readonly MaskArea[], reason?: string) => {
  const list = { version: 1 as const, camera: 'cam-1', areas, ...(reason !== undefined && { reason }) };
  return { areas, ...(reason !== undefined && { reason }), at: '2026-03-01T02:45:00.000Z', sha256: createHash('sha256').update(canonicalJson(list)).digest('hex') };
};
const one = drawnOf([area]);
const none = drawnOf([], '示例:无人');

const original = { path: 'original/cam-1/01.mp4', role: 'original' };
const units = { path: 'original/cam-1/units.ndjson', role: 'units' };
const coverage = { path: 'original/cam-1/coverage.json', role: 'coverage' };
const sealed = { sealedParent: { path: original.path } };
const viewing = { path: 'viewing/cam-1/01.mp4', role: 'viewing', parent: original.path };
const masked = { path: 'masked/cam-1/01.mp4', role: 'masked', parent: original.path };
const alone = { path: 'masked/cam-1/01.mp4', role: 'masked', ...sealed };
const working = { path: 'working/cam-1/01.mp4', role: 'working', parent: original.path };

interface Story {
  masks?: string[];
  deliver?: string;
  files: object[];
  drawn?: object | null;
  standing?: readonly MaskArea[];
  /** SHA-256 of the last entry areas-drawn. */
  recorded?: string;
}
const table: [what: string, story: Story, where: string | null][] = [
  ['an ordinary package', { files: [original, units, coverage, viewing] }, null],
  ['one whose camera has areas that stand', { files: [original, units, coverage, viewing], standing: [area], drawn: null }, null],
  ['one on which somebody drew', { files: [original, units, coverage, viewing], drawn: one, recorded: one.sha256 }, null],
  ['a masked one with its original', { masks: ['faces'], files: [original, units, coverage, masked], drawn: one, recorded: one.sha256 }, null],
  ['a masked copy alone', { masks: ['faces'], deliver: 'copy', files: [coverage, alone], drawn: one, recorded: one.sha256 }, null],
  ['a masked copy of which nothing is hidden, with the reason', { masks: ['faces'], deliver: 'copy', files: [coverage, alone], drawn: none, recorded: none.sha256 }, null],
  ['a marked copy alone', { deliver: 'copy', files: [coverage, { ...viewing, parent: undefined, ...sealed }] }, null],
  ['a camera that gave nothing', { masks: ['faces'], deliver: 'copy', files: [coverage] }, null],
  ['an unmasked copy where masks were asked for', { masks: ['faces'], files: [original, viewing], drawn: one, recorded: one.sha256 }, 'files/1'],
  ['a masked copy where none were', { files: [original, masked] }, 'files/1'],
  ['the original beside the copy alone', { masks: ['faces'], deliver: 'copy', files: [original, coverage, alone], drawn: one, recorded: one.sha256 }, 'files/0'],
  ['its units beside it', { masks: ['faces'], deliver: 'copy', files: [coverage, units, alone], drawn: one, recorded: one.sha256 }, 'files/1'],
  ['an excerpt beside it', { masks: ['faces'], deliver: 'copy', files: [coverage, { ...original, role: 'excerpt' }, alone], drawn: one, recorded: one.sha256 }, 'files/1'],
  ['a working copy beside it', { masks: ['faces'], deliver: 'copy', files: [coverage, alone, { ...working, parent: undefined, ...sealed }], drawn: one, recorded: one.sha256 }, 'files/2'],
  ['a working copy beside it, said to be made of it', { masks: ['faces'], deliver: 'copy', files: [coverage, alone, { ...working, parent: alone.path }], drawn: one, recorded: one.sha256 }, 'files/2'],
  ['a working copy beside its original', { files: [original, units, coverage, viewing, working] }, null],
  ['a copy alone that names a parent of the package', { masks: ['faces'], deliver: 'copy', files: [coverage, masked], drawn: one, recorded: one.sha256 }, 'files/1'],
  ['masked, and nobody drew', { masks: ['faces'], deliver: 'copy', files: [coverage, alone] }, 'cameras/0'],
  ['drawn, and no entry says so', { files: [original, viewing], drawn: one }, 'cameras/0'],
  ['an entry, and the manifest is silent', { files: [original, viewing], recorded: one.sha256 }, 'cameras/0'],
  ['an entry, and the manifest says that nobody drew', { files: [original, viewing], standing: [area], drawn: null, recorded: one.sha256 }, 'cameras/0'],
  ['another list than was recorded', { files: [original, viewing], drawn: none, recorded: one.sha256 }, 'cameras/0'],
  ['one area less than was recorded', { files: [original, viewing], drawn: { ...one, areas: [] }, recorded: one.sha256 }, 'cameras/0'],
  ['another reason than was recorded', { files: [original, viewing], drawn: { ...one, areas: [{ ...area, reason: '示例' }] }, recorded: one.sha256 }, 'cameras/0'],
  ['a reason why there is nothing, which nobody gave', { files: [original, viewing], drawn: { ...one, reason: '示例' }, recorded: one.sha256 }, 'cameras/0'],
];

describe('what a plan lets leave', () => {
  const whereOf = (check: () => void): string | null => {
    try {
      check();
      return null;
    } catch (thrown) {
      return (thrown as { where: string }).where.replace('manifest.json#/', '');
    }
  };
  for (const [what, { masks = [], deliver = 'package', files, drawn, standing = [], recorded }, where] of table)
    it(`${what}: ${where ?? 'may'}`, () => {
      const camera = { camera: 'cam-1', ...(drawn !== undefined && { masks: { standing, drawn } }) };
      const manifest = { plan: { masks, deliver }, cameras: [camera], files };
      const drawings = new Map(recorded === undefined ? [] : [['cam-1', recorded]]);
      assert.equal(whereOf(() => checkDelivery(manifest as unknown as Manifest, { drawings } as unknown as History)), where);
      assert.equal(whereOf(() => checkByPage(manifest as never, { drawings } as never)), where);
    });
});
