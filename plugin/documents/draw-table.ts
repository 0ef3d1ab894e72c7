// A table on the pages of a PDF: its heading on every page, wrapped cells, rows kept together where they fit.
import { leading, type Pen } from './pdf.js';
import type { Table } from './table.js';

export interface Frame {
  /** Where the table begins; on later pages `top`. Points. */
  y: number;
  top: number;
  bottom: number;
  /** Of the cells’ text. */
  size: number;
  /** Columns that are shaded like a heading, from 0. */
  shaded?: readonly number[];
  /** Left out: every column’s title, above the rows. */
  heading?: false;
  /** Asked in each row, so that others are not kept waiting by a long table. */
  rest?: () => Promise<void>;
}

/** The room round a cell's text, points. */
const padding = 2.5;
/** Lines that a row may have and still be kept together. */
const longestRow = 30;

/** Where what follows may begin. */
export async function drawTable(pen: Pen, { columns, rows }: Table, frame: Frame): Promise<number> {
  const { top, bottom, size, shaded = [], heading: wanted, rest = () => Promise.resolve() } = frame;
  const room = pen.width - 2 * pen.margin;
  const all = columns.reduce((sum, { width }) => sum + width, 0);
  const widths = columns.map(({ width }) => (width / all) * room);
  const wrapped = (texts: readonly string[]): string[][] => texts.map((text, at) => pen.wrap(text, widths[at]! - 2 * padding, size));
  const heading = wrapped(columns.map(({ title }) => title));
  const draw = (cells: readonly string[][], y: number, isShaded: (at: number) => boolean): number => drawRow(pen, cells, widths, y, size, isShaded);
  const drawHeading = (y: number): number => (wanted === false ? y : draw(heading, y, () => true));
  let y = frame.y;
  // A heading at the foot of a page, and its first row on the next, would be read as an empty table.
  if (y + 4 * (size * leading + 2 * padding) > bottom) {
    pen.newPage();
    y = top;
  }
  y = drawHeading(y);
  for (const row of rows) {
    await rest();
    let cells = wrapped(row);
    // A row that is longer than what is left begins a page; one that is longer than a page goes on on the next.
    while (cells.some((lines) => lines.length > 0)) {
      const most = Math.max(...cells.map((lines) => lines.length));
      const fits = Math.floor((bottom - y - 2 * padding) / (size * leading));
      if (fits >= most || (fits > 4 && most > longestRow)) {
        y = draw(
          cells.map((lines) => lines.slice(0, fits)),
          y,
          (at) => shaded.includes(at),
        );
        cells = cells.map((lines) => lines.slice(fits));
        continue;
      }
      pen.newPage();
      y = drawHeading(top);
    }
  }
  return y;
}

/** Where the next row begins. */
function drawRow(pen: Pen, cells: readonly string[][], widths: readonly number[], y: number, size: number, isShaded: (at: number) => boolean): number {
  const height = Math.max(...cells.map((lines) => lines.length)) * size * leading + 2 * padding;
  let x = pen.margin;
  for (const [at, lines] of cells.entries()) {
    pen.box(x, y, widths[at]!, height, isShaded(at) ? 'shaded' : 'plain');
    for (const [place, line] of lines.entries()) pen.write(line, x + padding, y + padding + place * size * leading, size);
    x += widths[at]!;
  }
  return y + height;
}
