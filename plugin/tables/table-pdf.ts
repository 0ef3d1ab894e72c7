// A table as PDF: A4 across, the heading of the table on every page, wrapped cells, page n of m. The one door to pdfkit.
import PDFDocument from 'pdfkit';
import { seen } from './quote-cell.js';
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
/** Of a line, as a multiple of its size; and the room round a cell's text, points. */
const [leading, padding] = [1.3, 2.5];

interface Pen {
  document: PDFKit.PDFDocument;
  widthOf(sign: string, size: number): number;
  /** The text with what the font lacks spelled out. */
  known(text: string): string;
}

/** The same bytes for the same table, sheet and time. */
export async function tablePdf(table: Table, sheet: Sheet): Promise<Buffer> {
  const { rest = () => Promise.resolve() } = sheet;
  const document = new PDFDocument({
    size: 'A4',
    layout: 'landscape',
    margin,
    bufferPages: true,
    info: { Title: sheet.title, Producer: 'ExportGate', Creator: 'ExportGate', CreationDate: sheet.madeAt, ModDate: sheet.madeAt },
    lang: 'zh-CN',
  });
  const done = collect(document);
  document.registerFont('body', sheet.font).font('body');
  const pen = makePen(document);
  const room = document.page.width - 2 * margin;
  const all = table.columns.reduce((sum, { width }) => sum + width, 0);
  const widths = table.columns.map(({ width }) => (width / all) * room);
  const bottom = document.page.height - margin - sheet.foot.length * footSize * leading - footSize * leading - 4;
  const heading = table.columns.map(({ title }, at) => wrap(pen, title, widths[at]! - 2 * padding));
  let y = drawTop(pen, sheet, room);
  y = drawRow(pen, heading, widths, y, true);
  for (const row of table.rows) {
    await rest();
    let cells = row.map((text, at) => wrap(pen, text, widths[at]! - 2 * padding));
    // A row that is longer than what is left begins a page; one that is longer than a page goes on on the next.
    while (cells.some((lines) => lines.length > 0)) {
      const most = Math.max(...cells.map((lines) => lines.length));
      const fits = Math.floor((bottom - y - 2 * padding) / (cellSize * leading));
      if (fits >= most || (fits > 4 && most > longestRow)) {
        y = drawRow(
          pen,
          cells.map((lines) => lines.slice(0, fits)),
          widths,
          y,
          false,
        );
        cells = cells.map((lines) => lines.slice(fits));
        continue;
      }
      document.addPage();
      y = drawRow(pen, heading, widths, margin, true);
    }
  }
  drawFeet(pen, sheet, room);
  document.end();
  return done;
}

/** Lines that a row may have and still be kept together. */
const longestRow = 30;

function collect(document: PDFKit.PDFDocument): Promise<Buffer> {
  const chunks: Buffer[] = [];
  return new Promise((resolve, reject) => {
    document.on('data', (chunk: Buffer) => chunks.push(chunk));
    document.once('end', () => resolve(Buffer.concat(chunks)));
    document.once('error', reject);
  });
}

function makePen(document: PDFKit.PDFDocument): Pen {
  const widths = new Map<string, number>();
  // The types do not tell of the font behind the document.
  const { font } = (document as unknown as { _font: { font: { hasGlyphForCodePoint(point: number): boolean } } })._font;
  const widthOf = (sign: string, size: number): number => {
    const unit = widths.get(sign) ?? document.fontSize(100).widthOfString(sign) / 100;
    widths.set(sign, unit);
    return unit * size;
  };
  const isKnown = (sign: string): boolean => font.hasGlyphForCodePoint(sign.codePointAt(0)!);
  // Drawn, it would be an empty box, and a name on paper would lack a character that nobody could tell.
  const known = (text: string): string =>
    [...seen(text)].map((sign) => (isKnown(sign) ? sign : `〔U+${sign.codePointAt(0)!.toString(16).toUpperCase()}〕`)).join('');
  return { document, widthOf, known };
}

/** Lines of a cell: broken anywhere between Chinese characters, else at a blank, else where the width ends. */
function wrap(pen: Pen, text: string, width: number): string[] {
  return text.split('\n').flatMap((paragraph) => {
    const lines: string[] = [];
    let [line, long] = ['', 0];
    for (const word of pen.known(paragraph).match(/[\u0021-\u024f]+|./gsu) ?? []) {
      const size = widthOf(pen, word);
      if (long + size > width && line !== '') {
        lines.push(line.trimEnd());
        [line, long] = ['', 0];
      }
      if (size <= width) {
        [line, long] = [line + word, long + size];
        continue;
      }
      for (const sign of word) {
        const one = pen.widthOf(sign, cellSize);
        if (long + one > width && line !== '') {
          lines.push(line);
          [line, long] = ['', 0];
        }
        [line, long] = [line + sign, long + one];
      }
    }
    return line === '' ? lines : [...lines, line];
  });
}

const widthOf = (pen: Pen, word: string): number => [...word].reduce((sum, sign) => sum + pen.widthOf(sign, cellSize), 0);

function write({ document }: Pen, text: string, x: number, y: number, size: number): void {
  document.fontSize(size).fillColor('black').text(text, x, y, { lineBreak: false });
}

function drawTop(pen: Pen, { title, head }: Sheet, room: number): number {
  const name = pen.known(title);
  const width = [...name].reduce((sum, sign) => sum + pen.widthOf(sign, titleSize), 0);
  write(pen, name, margin + Math.max(0, (room - width) / 2), margin, titleSize);
  let y = margin + titleSize * leading + 4;
  for (const line of head) {
    write(pen, pen.known(line), margin, y, headSize);
    y += headSize * leading;
  }
  return y + 4;
}

/** Where the next row begins. */
function drawRow(pen: Pen, cells: readonly string[][], widths: readonly number[], y: number, isHeading: boolean): number {
  const height = Math.max(...cells.map((lines) => lines.length)) * cellSize * leading + 2 * padding;
  let x = margin;
  for (const [at, lines] of cells.entries()) {
    const box = pen.document.rect(x, y, widths[at]!, height).lineWidth(0.4).strokeColor('#555555');
    if (isHeading) box.fillAndStroke('#e8e8e8', '#555555');
    else box.stroke();
    for (const [place, line] of lines.entries()) write(pen, line, x + padding, y + padding + place * cellSize * leading, cellSize);
    x += widths[at]!;
  }
  return y + height;
}

function drawFeet(pen: Pen, { foot }: Sheet, room: number): void {
  const { start, count } = pen.document.bufferedPageRange();
  const lines = foot.map((line) => pen.known(line));
  for (let page = 0; page < count; page++) {
    pen.document.switchToPage(start + page);
    // Below the margin pdfkit would begin a page of its own.
    pen.document.page.margins.bottom = 0;
    const number = `第 ${page + 1} 页 共 ${count} 页`;
    const end = pen.document.page.height - margin;
    for (const [at, line] of lines.entries()) write(pen, line, margin, end - (lines.length - at) * footSize * leading, footSize);
    const width = [...number].reduce((sum, sign) => sum + pen.widthOf(sign, footSize), 0);
    write(pen, number, margin + room - width, end - footSize * leading, footSize);
  }
}
