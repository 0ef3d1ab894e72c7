// A table as PDF: A4 across, the heading of the table on every page, wrapped cells, page n of m.
import { drawTable } from './draw-table.js';
import { leading, openPdf, type Pen } from './pdf.js';
import type { Table } from './table.js';

export interface Sheet {
  title: string;
  /** Under the title, a line each. */
  head: readonly string[];
  /** At the end of each page, a line each. */
  foot: readonly string[];
  /** TTF that holds common Chinese. */
  font: Buffer;
  /** The time that the document says it was made at. */
  madeAt: Date;
  /** Asked in each row, so that others are not kept waiting by a long table. */
  rest?: () => Promise<void>;
}

const margin = 28;
const [titleSize, headSize, cellSize, footSize] = [15, 8, 6.5, 6.5];

/** The same bytes for the same table, sheet and time. */
export async function tablePdf(table: Table, sheet: Sheet): Promise<Buffer> {
  const pen = openPdf({ title: sheet.title, layout: 'landscape', margin, font: sheet.font, madeAt: sheet.madeAt });
  const bottom = pen.height - margin - sheet.foot.length * footSize * leading - footSize * leading - 4;
  const y = drawTop(pen, sheet);
  await drawTable(pen, table, { y, top: margin, bottom, size: cellSize, ...(sheet.rest && { rest: sheet.rest }) });
  drawFeet(pen, sheet);
  return pen.end();
}

function drawTop(pen: Pen, { title, head }: Sheet): number {
  const name = pen.known(title);
  pen.write(name, Math.max(margin, (pen.width - pen.widthOf(name, titleSize)) / 2), margin, titleSize);
  let y = margin + titleSize * leading + 4;
  for (const line of head) {
    pen.write(pen.known(line), margin, y, headSize);
    y += headSize * leading;
  }
  return y + 4;
}

function drawFeet(pen: Pen, { foot }: Sheet): void {
  const lines = foot.map((line) => pen.known(line));
  pen.onEachPage((page, pages) => {
    const number = `第 ${page} 页 共 ${pages} 页`;
    const end = pen.height - margin;
    for (const [at, line] of lines.entries()) pen.write(line, margin, end - (lines.length - at) * footSize * leading, footSize);
    pen.write(number, pen.width - margin - pen.widthOf(number, footSize), end - footSize * leading, footSize);
  });
}
