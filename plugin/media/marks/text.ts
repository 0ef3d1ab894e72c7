// Whose copy this is and which of how many, and that it is a copy: bottom left, through textfile and without expansion, so that a name is never read as a filter.
import { writeNumber } from '../../domain/paper-number.js';
import { drawtext, fit, printable } from './layout.js';
import type { MarkMaker, MarkText, Scene } from './mark.js';

const notice = '查阅件,非原件 VIEWING COPY, NOT THE ORIGINAL';

const copyLine = ({ text: { copy } }: Scene): string[] =>
  copy === undefined ? [] : [`第 ${copy.number} 份,共 ${copy.of} 份 COPY ${copy.number} OF ${copy.of}`];

/** Of a copy its own number, which begins with that of the request. */
const numberOf = ({ copy, gate, requestId }: MarkText): string =>
  copy === undefined || gate === undefined ? `申请编号 ${printable(requestId)}` : `编号 ${writeNumber({ requestId, gate, letter: 'C', place: copy.number })}`;

const rest = ({ text }: Scene): string[] => [
  numberOf(text),
  ...(text.instrument === undefined ? [] : [`文书编号 ${printable(text.instrument)}`]),
  `申请单位 ${printable(text.unit)}`,
  `经办人 ${text.officers.map(printable).join('、')}`,
];

/** In a picture too small for all of it, who received the copy is worth more than which of how many it is. */
function lay(scene: Scene): { size: number; lines: string[] } {
  const whole = fit(scene, [notice, ...copyLine(scene), ...rest(scene)]);
  return whole.isCut ? fit(scene, [notice, ...rest(scene)]) : whole;
}

export const textMark: MarkMaker = {
  write: (scene) => lay(scene).lines.join('\n'),
  filter: (scene, files) => drawtext(lay(scene).size, files, 'none', (distance) => ({ x: String(distance), y: `h-th-${distance}` })),
};
