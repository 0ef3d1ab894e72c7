// Pages of a PDF and what is drawn on them: lines of text, boxes, squares. The one door to pdfkit.
import PDFDocument from 'pdfkit';
import { seen } from './quote-cell.js';

export interface PdfOptions {
  title: string;
  layout: 'portrait' | 'landscape';
  /** Round every page, points. */
  margin: number;
  /** TTF that holds common Chinese. */
  font: Buffer;
  /** The time that the document says it was made at. */
  madeAt: Date;
  /** For keeping: PDF/A-2b, so that it looks the same in thirty years. */
  archival?: boolean;
}

export interface Pen {
  /** Of the page, points. */
  readonly width: number;
  readonly height: number;
  readonly margin: number;
  /** The text with what the font lacks spelled out. */
  known(text: string): string;
  /** Of a text that is known, points. */
  widthOf(text: string, size: number): number;
  /** The text as it fits into the width: broken anywhere between Chinese characters, else at a blank, else where the width ends. None for an empty text. */
  wrap(text: string, width: number, size: number): string[];
  /** One line, known before; x and y of its upper left corner. */
  write(text: string, x: number, y: number, size: number): void;
  box(x: number, y: number, width: number, height: number, kind?: 'plain' | 'shaded' | 'dashed'): void;
  line(x: number, y: number, length: number): void;
  /** Black squares of this side where a row says so. */
  squares(rows: readonly (readonly boolean[])[], x: number, y: number, side: number): void;
  newPage(): void;
  /** Draws on every page once all are there; pages count from 1. */
  onEachPage(draw: (page: number, pages: number) => void): void;
  /** Room for a signature that is put in later, shown nowhere but in this box of the page in hand. Once in a document. */
  keepSignature(field: SignatureField): void;
  end(): Promise<Buffer>;
}

export interface SignatureField {
  x: number;
  y: number;
  width: number;
  height: number;
  /** Bytes that the signature may have. */
  most: number;
}

/** Of a line, as a multiple of its size. */
export const leading = 1.3;
/** As wide as any place in a file: what is kept for the numbers of a ByteRange. */
export const unknownPlace = 9_999_999_999;

/** The same bytes for the same drawing and time. */
export function openPdf({ title, layout, margin, font, madeAt, archival = false }: PdfOptions): Pen {
  const document = new PDFDocument({
    size: 'A4',
    layout,
    margin,
    bufferPages: true,
    // Of what is kept, the form says nothing of a second time.
    info: { Title: title, Producer: 'ExportGate', Creator: 'ExportGate', CreationDate: madeAt, ...(!archival && { ModDate: madeAt }) },
    lang: 'zh-CN',
    // The types want a name; it takes the bytes as well, and then begins with no standard font, which would be one that is not embedded.
    font: font as unknown as string,
    ...(archival && { subset: 'PDF/A-2b', pdfVersion: '1.7' }),
  });
  const done = collect(document);
  // The types do not tell of the font behind the document.
  const { font: shapes } = (document as unknown as { _font: { font: { hasGlyphForCodePoint(point: number): boolean } } })._font;
  const widths = new Map<string, number>();
  const widthOfSign = (sign: string): number => {
    const unit = widths.get(sign) ?? document.fontSize(100).widthOfString(sign) / 100;
    widths.set(sign, unit);
    return unit;
  };
  const widthOf = (text: string, size: number): number => [...text].reduce((sum, sign) => sum + widthOfSign(sign), 0) * size;
  const isKnown = (sign: string): boolean => shapes.hasGlyphForCodePoint(sign.codePointAt(0)!);
  // Drawn, it would be an empty box, and a name on paper would lack a character that nobody could tell.
  const known = (text: string): string =>
    [...seen(text)].map((sign) => (isKnown(sign) ? sign : `〔U+${sign.codePointAt(0)!.toString(16).toUpperCase()}〕`)).join('');
  return {
    get width() {
      return document.page.width;
    },
    get height() {
      return document.page.height;
    },
    margin,
    known,
    widthOf,
    wrap: (text, width, size) => text.split('\n').flatMap((paragraph) => wrap(known(paragraph), width, (word) => widthOf(word, size))),
    write: (text, x, y, size) => void document.fontSize(size).fillColor('black').text(text, x, y, { lineBreak: false }),
    box(x, y, width, height, kind = 'plain') {
      const box = document.rect(x, y, width, height).lineWidth(0.4).strokeColor('#555555');
      if (kind === 'shaded') box.fillAndStroke('#e8e8e8', '#555555');
      else if (kind === 'dashed') box.dash(3, { space: 2 }).stroke().undash();
      else box.stroke();
    },
    line: (x, y, length) => void document.moveTo(x, y).lineTo(x + length, y).lineWidth(0.5).strokeColor('#555555').stroke(),
    squares(rows, x, y, side) {
      for (const [down, row] of rows.entries()) for (const [right, isBlack] of row.entries()) if (isBlack) document.rect(x + right * side, y + down * side, side, side);
      document.fillColor('black').fill();
    },
    newPage: () => void document.addPage(),
    onEachPage(draw) {
      const { start, count } = document.bufferedPageRange();
      for (let page = 0; page < count; page++) {
        document.switchToPage(start + page);
        // Below the margin pdfkit would begin a page of its own.
        document.page.margins.bottom = 0;
        draw(page + 1, count);
      }
    },
    keepSignature: (field) => keepSignature(document, field, madeAt),
    end() {
      document.end();
      return done;
    },
  };
}

function collect(document: PDFKit.PDFDocument): Promise<Buffer> {
  const chunks: Buffer[] = [];
  return new Promise((resolve, reject) => {
    document.on('data', (chunk: Buffer) => chunks.push(chunk));
    document.once('end', () => resolve(Buffer.concat(chunks)));
    document.once('error', reject);
  });
}

function wrap(paragraph: string, width: number, widthOf: (text: string) => number): string[] {
  const lines: string[] = [];
  let [line, long] = ['', 0];
  for (const word of paragraph.match(/[\u0021-\u024f]+|./gsu) ?? []) {
    const size = widthOf(word);
    if (long + size > width && line !== '') {
      lines.push(line.trimEnd());
      [line, long] = ['', 0];
    }
    if (size <= width) {
      [line, long] = [line + word, long + size];
      continue;
    }
    for (const sign of word) {
      const one = widthOf(sign);
      if (long + one > width && line !== '') {
        lines.push(line);
        [line, long] = ['', 0];
      }
      [line, long] = [line + sign, long + one];
    }
  }
  return line === '' ? lines : [...lines, line];
}

/** What pdfkit’s types do not tell, and every version of it has. */
interface Inside {
  _root: { data: Record<string, unknown> };
  ref(data: object): { data: Record<string, unknown>; end(data?: Buffer): void };
}

/** A signature dictionary (ISO 32000-1, 12.8.1) of the form that PAdES wants (ETSI EN 319 142-1), its field and its place on the page. */
function keepSignature(document: PDFKit.PDFDocument, { x, y, width, height, most }: SignatureField, at: Date): void {
  const inside = document as unknown as Inside;
  const { page } = document;
  const value = inside.ref({
    Type: 'Sig',
    Filter: 'Adobe.PPKLite',
    SubFilter: 'ETSI.CAdES.detached',
    ByteRange: [0, unknownPlace, unknownPlace, unknownPlace],
    Contents: Buffer.alloc(most),
    M: at,
  });
  // An annotation without an appearance is none in PDF/A; what is seen is drawn on the page itself.
  const appearance = inside.ref({ Type: 'XObject', Subtype: 'Form', BBox: [0, 0, width, height] });
  appearance.end(Buffer.alloc(0));
  const field = inside.ref({
    Type: 'Annot',
    Subtype: 'Widget',
    FT: 'Sig',
    T: new String('seal'),
    F: 4 | 128,
    Rect: [x, page.height - y - height, x + width, page.height - y],
    V: value,
    P: page.dictionary,
    AP: { N: appearance },
  });
  (page as unknown as { annotations: object[] }).annotations.push(field);
  inside._root.data['AcroForm'] = { Fields: [field], SigFlags: 3 };
  value.end();
  field.end();
}
