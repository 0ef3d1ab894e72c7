// Whose copy this is, and that it is a copy: bottom left, through textfile and without expansion, so that a name is never read as a filter.
import { drawtext, fit, printable } from './layout.js';
import type { MarkMaker, Scene } from './mark.js';

const notice = '查阅件,非原件 VIEWING COPY, NOT THE ORIGINAL';

const lay = (scene: Scene): { size: number; lines: string[] } =>
  fit(scene, [
    notice,
    `申请编号 ${printable(scene.text.requestId)}`,
    ...(scene.text.instrument === undefined ? [] : [`文书编号 ${printable(scene.text.instrument)}`]),
    `申请单位 ${printable(scene.text.unit)}`,
    `经办人 ${scene.text.officers.map(printable).join('、')}`,
  ]);

export const textMark: MarkMaker = {
  write: (scene) => lay(scene).lines.join('\n'),
  filter: (scene, files) => drawtext(lay(scene).size, files, 'none', (distance) => ({ x: String(distance), y: `h-th-${distance}` })),
};
