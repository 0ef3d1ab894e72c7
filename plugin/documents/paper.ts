// A paper: one sheet or more with a number on each page, a code that leads to the check, fields, tables, places to sign.
import { placeOf, writeNumber, type Letter, type PaperSeries } from '../domain/paper-number.js';
import type { RequestId } from '../domain/export-request.js';
import { drawTable } from './draw-table.js';
import { leading, openPdf, type Pen } from './pdf.js';
import { qrCode } from './qr-code.js';
import { sealPdf, type Seal } from './seal-pdf.js';
import type { Column } from './table.js';

export type Block =
  | { kind: 'heading' | 'text'; text: string }
  /** What, and what the record says of it; a line per field. */
  | { kind: 'fields'; rows: readonly (readonly [what: string, text: string])[] }
  | { kind: 'table'; columns: readonly Column[]; rows: readonly (readonly string[])[] }
  /** A place to sign each. `seal`: whose seal belongs beside them. At most one such block in a paper that is sealed. */
  | { kind: 'signatures'; slots: readonly string[]; seal: string };

export interface Paper {
  letter: Letter;
  requestId: RequestId;
  title: string;
  layout?: 'landscape';
  /** Does the unit vouch for it as it is made? Forms that people fill in by hand get their seal from people. */
  isSealed: boolean;
  blocks: readonly Block[];
}

/** What every paper of a gate bears, and what it is made with. */
export interface Making {
  /** The gate's code in numbers. */
  gate: string;
  /** SHA-256 of the SubjectPublicKeyInfo of the key that signs packages, hex. */
  keyId: string;
  /** The page where a package is checked; null: the code says the same without an address. */
  verifyUrl: string | null;
  /** Of the policy's law, a line each. */
  law: readonly string[];
  /** TTF that holds common Chinese. */
  font: Buffer;
  madeAt: Date;
  /** What sets papers of one kind and request apart; and of those that are made later, the sequence of the entry up to which this one tells, else 0. */
  series: PaperSeries;
  upTo: number;
  /** By the unit's own e-seal; null: the place for the seal stays empty. */
  seal: Seal | null;
  rest?: () => Promise<void>;
}

/** SHA-256, hex, of what a paper speaks of: of the evidence in the package, and of the manifest where that was there before the paper. */
export interface Vouched {
  contents: string | null;
  manifest: string | null;
}

const margin = 40;
const [titleSize, headingSize, textSize, cellSize, footSize] = [16, 10.5, 9, 6.5, 6.5];
const codeSide = 82;
/** A unit's round seal is 42 mm wide, 119 points. */
const [slotHeight, sealSide] = [46, 126];

/** The same bytes for the same paper, making and time, but for the seal. Problem `seal-missing`. */
export async function makePaper(paper: Paper, making: Making, vouched: Vouched): Promise<Buffer> {
  const { letter, requestId, title, layout = 'portrait', isSealed, blocks } = paper;
  const { gate, font, madeAt } = making;
  const seal = isSealed ? making.seal : null;
  const pen = openPdf({ title, layout, margin, font, madeAt, archival: true });
  const numberOf = (page: number): string => writeNumber({ requestId, gate, letter, place: placeOf(making.series, page, making.upTo) });
  const foot = footOf(making, vouched);
  const bottom = pen.height - margin - (foot.length + 1) * footSize * leading - 6;
  let y = drawTop(pen, paper, numberOf(1), making, vouched);
  for (const block of blocks) y = await drawBlock(pen, block, { y, bottom, ...making, seal });
  pen.onEachPage((page, pages) => {
    const end = pen.height - margin;
    const [number, count] = [`编号 ${numberOf(page)}`, `第 ${page} 页 共 ${pages} 页`];
    const top = end - (foot.length + 1) * footSize * leading;
    pen.line(margin, top - 3, pen.width - 2 * margin);
    pen.write(number, margin, top, footSize);
    pen.write(count, pen.width - margin - pen.widthOf(count, footSize), top, footSize);
    for (const [at, line] of foot.entries()) pen.write(line, margin, top + (at + 1) * footSize * leading, footSize);
  });
  const drawn = await pen.end();
  return seal ? sealPdf(drawn, seal) : drawn;
}

/** The address of the check, and behind its # what stays in the reader's browser; without one the same as a text. */
export function codeText({ verifyUrl }: Pick<Making, 'verifyUrl'>, number: string, { contents, manifest }: Vouched): string {
  const said = [['number', number], ['sha256', contents], ['manifest', manifest]].flatMap(([name, value]) => (value ? [`${name}=${value}`] : []));
  return verifyUrl === null ? `exportgate:${number}?${said.slice(1).join('&')}` : `${verifyUrl}#${said.join('&')}`;
}

const footOf = ({ keyId }: Making, { contents, manifest }: Vouched): string[] => [
  ...(contents ? [`证据内容摘要(SHA-256):${contents}`] : []),
  ...(manifest ? [`清单 manifest.json 校验值(SHA-256):${manifest}`] : []),
  `网关签名公钥指纹(SHA-256):${keyId}  网关的密钥不是单位印章。`,
];

function drawTop(pen: Pen, { title }: Paper, number: string, making: Making, vouched: Vouched): number {
  const name = pen.known(title);
  const squares = qrCode(codeText(making, number, vouched));
  const side = codeSide / (squares.length + 8);
  const codeAt = pen.width - margin - codeSide;
  // The quiet zone of four squares is part of the side.
  pen.squares(squares, codeAt + 4 * side, margin - 12 + 4 * side, side);
  pen.write(name, Math.max(margin, Math.min((pen.width - pen.widthOf(name, titleSize)) / 2, codeAt - pen.widthOf(name, titleSize) - 4)), margin + 4, titleSize);
  let y = margin + 4 + titleSize * leading + 8;
  const lines = [
    `编号:${number}`,
    `制作时间:${inBeijing(making.madeAt)}(北京时间)`,
    making.verifyUrl === null ? '右上角二维码载明编号与摘要,供核验时比对。' : `扫码核验:${making.verifyUrl}`,
  ];
  for (const line of lines.flatMap((text) => pen.wrap(text, codeAt - margin - 8, textSize))) {
    pen.write(line, margin, y, textSize);
    y += textSize * leading;
  }
  return Math.max(y, margin - 12 + codeSide) + 8;
}

interface Place extends Pick<Making, 'seal' | 'rest'> {
  y: number;
  bottom: number;
}

/** Where the next block begins. */
async function drawBlock(pen: Pen, block: Block, { y, bottom, seal, rest }: Place): Promise<number> {
  const room = pen.width - 2 * margin;
  const frame = { y, top: margin, bottom, ...(rest && { rest }) };
  switch (block.kind) {
    case 'fields': {
      const columns = [
        { title: '', width: 20 },
        { title: '', width: 80 },
      ];
      return (await drawTable(pen, { columns, rows: block.rows }, { ...frame, size: textSize, shaded: [0], heading: false })) + 8;
    }
    case 'table':
      return (await drawTable(pen, block, { ...frame, size: cellSize })) + 8;
    case 'heading':
    case 'text': {
      const size = block.kind === 'heading' ? headingSize : textSize;
      const lines = pen.wrap(block.text, room, size);
      // A heading stays with what it is the heading of.
      const wanted = block.kind === 'heading' ? 60 : size * leading;
      let at = y;
      for (const line of lines) {
        if (at + wanted > bottom) at = begun(pen);
        pen.write(line, margin, at, size);
        at += size * leading;
      }
      return at + 5;
    }
    case 'signatures':
      return drawSignatures(pen, block, y, bottom, seal);
  }
}

const begun = (pen: Pen): number => {
  pen.newPage();
  return margin;
};

/** Kept together: a signature on a page of its own would sign nothing. */
function drawSignatures(pen: Pen, { slots, seal: whose }: Extract<Block, { kind: 'signatures' }>, from: number, bottom: number, seal: Seal | null): number {
  const height = Math.max(slots.length * slotHeight, sealSide);
  const y = from + height > bottom ? begun(pen) : from;
  const width = pen.width - 2 * margin - sealSide - 10;
  for (const [at, slot] of slots.entries()) {
    const top = y + at * slotHeight;
    pen.box(margin, top, width, slotHeight);
    pen.write(pen.known(slot), margin + 5, top + 5, textSize);
    pen.write('签名:', margin + 5, top + 27, textSize);
    pen.line(margin + 30, top + 38, width * 0.36);
    pen.write('    年    月    日', margin + width * 0.5, top + 27, textSize);
    pen.write('□ 拒绝签名,原因:', margin + width * 0.72, top + 27, 7);
  }
  const left = margin + width + 10;
  pen.box(left, y, sealSide, sealSide, 'dashed');
  const words = seal ? ['单位电子签章处', whose, '(以本文件的数字签名为准)'] : ['单位公章(盖章处)', whose];
  for (const [at, line] of words.flatMap((text) => pen.wrap(text, sealSide - 12, 8)).entries()) pen.write(line, left + 6, y + 6 + at * 8 * leading, 8);
  if (seal) pen.keepSignature({ x: left, y, width: sealSide, height: sealSide, most: seal.most });
  return y + height + 8;
}

/** `2026-03-01 10:00:04`; Beijing time has no summer time. */
export const inBeijing = (at: Date | string): string => new Date(new Date(at).getTime() + 8 * 3_600_000).toISOString().slice(0, 19).replace('T', ' ');
