// Who received this copy, faintly over the whole picture: a corner can be cut away or covered, this cannot without cutting the picture itself.
import { lineHeight, printable, widthOf } from './layout.js';
import type { MarkMaker, Scene } from './mark.js';

/** Share of the picture's shorter side; pixels. */
const sizeOf = ({ width, height }: Scene): number => Math.max(10, Math.round(Math.min(width, height) / 30));
/** Rows of text, and the empty ground under each, in sizes of the font. */
const ground = 4;
/** Between two names of a row, in ems. */
const apart = '\u3000\u3000\u3000';
/** Light letters with a dark edge: on snow and at night one of the two is seen. */
const opacity = '0.2';

/** Two rows that take turns. The second begins in the middle of the name: no upright strip of the picture is free of it. */
function rowsOf({ width, text }: Scene, size: number): [string, string] {
  const name = `${text.officers.map(printable).join('、')} ${printable(text.requestId)}${apart}`;
  const ems = [...name].reduce((sum, character) => sum + widthOf(character), 0);
  // Widths are rounded up there, by a fifth at most.
  const row = [...name.repeat(Math.ceil((1.25 * width) / size / ems) + 1)];
  return [row.join(''), row.slice([...name].length / 2).join('')];
}

export const tileMark: MarkMaker = {
  write(scene) {
    const size = sizeOf(scene);
    const rows = Math.ceil(scene.height / (size * (lineHeight + ground))) + 1;
    const turns = rowsOf(scene, size);
    return Array.from({ length: rows }, (_, at) => turns[at % 2]!).join('\n');
  },
  filter(scene, files) {
    const size = sizeOf(scene);
    return {
      filter: 'drawtext',
      options: {
        fontfile: files.font,
        textfile: files.text,
        expansion: 'none',
        fontsize: size,
        fontcolor: `white@${opacity}`,
        shadowcolor: `black@${opacity}`,
        shadowx: Math.ceil(size / 20),
        shadowy: Math.ceil(size / 20),
        line_spacing: Math.round(size * ground),
        x: 0,
        y: Math.round(size),
      },
    };
  },
};
