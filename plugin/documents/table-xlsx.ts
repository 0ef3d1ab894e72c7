// A table as a spreadsheet (Office Open XML, ECMA-376): two sheets, every cell a text. The one door to fflate, which packs the parts.
import { Zip, ZipDeflate } from 'fflate';
import { quoteCell } from './quote-cell.js';
import type { Column, Table } from './table.js';

/** A sheet of its own says what the table is: the first one holds the heading and the rows, and nothing else. */
export interface Notes {
  sheet: string;
  lines: readonly (readonly [what: string, text: string])[];
}

interface Part {
  name: string;
  text: Iterable<string>;
}

/** A spreadsheet refuses a longer text. */
const longestCell = 32_767;
/** Rows that are written between two rests. */
const slice = 50;
/** The packed parts bear no time: the same table is the same file. Earliest that the format knows. */
const noTime = new Date(1980, 0, 1);

/** `rest`: asked between slices, so that others are not kept waiting by a long table. */
export async function tableXlsx(
  sheet: string,
  { columns, rows }: Table,
  notes: Notes,
  rest: () => Promise<void> = () => Promise.resolve(),
): Promise<Buffer> {
  const told = notes.lines.map(([what, text]) => [what, text]);
  const parts: Part[] = [
    { name: '[Content_Types].xml', text: [contentTypes] },
    { name: '_rels/.rels', text: [relations([['officeDocument', 'xl/workbook.xml']])] },
    { name: 'xl/workbook.xml', text: [workbook([sheet, notes.sheet])] },
    {
      name: 'xl/_rels/workbook.xml.rels',
      text: [
        relations([
          ['worksheet', 'worksheets/sheet1.xml'],
          ['worksheet', 'worksheets/sheet2.xml'],
          ['styles', 'styles.xml'],
        ]),
      ],
    },
    { name: 'xl/styles.xml', text: [styles] },
    { name: 'xl/worksheets/sheet1.xml', text: worksheet(columns, [columns.map(({ title }) => title), ...rows], true) },
    { name: 'xl/worksheets/sheet2.xml', text: worksheet(noteColumns, told, false) },
  ];
  return pack(parts, rest);
}

const noteColumns: readonly Column[] = [
  { title: '', width: 16 },
  { title: '', width: 90 },
];

async function pack(parts: readonly Part[], rest: () => Promise<void>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  const ended = new Promise<void>((resolve, reject) => {
    const zip = new Zip((error, chunk, isLast) => {
      if (error) return reject(error);
      chunks.push(chunk);
      if (isLast) resolve();
    });
    const write = async (): Promise<void> => {
      for (const { name, text } of parts) {
        const file = new ZipDeflate(name, { level: 6 });
        file.mtime = noTime;
        zip.add(file);
        for (const piece of text) {
          file.push(Buffer.from(piece, 'utf8'));
          await rest();
        }
        file.push(new Uint8Array(), true);
      }
      zip.end();
    };
    write().catch(reject);
  });
  await ended;
  return Buffer.concat(chunks);
}

const head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const officeRelations = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const sheetType = 'application/vnd.openxmlformats-officedocument.spreadsheetml';

const contentTypes = `${head}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="${sheetType}.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="${sheetType}.worksheet+xml"/><Override PartName="/xl/worksheets/sheet2.xml" ContentType="${sheetType}.worksheet+xml"/><Override PartName="/xl/styles.xml" ContentType="${sheetType}.styles+xml"/></Types>`;

const relations = (targets: readonly (readonly [kind: string, target: string])[]): string =>
  `${head}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">${targets.map(([kind, target], at) => `<Relationship Id="r${at + 1}" Type="${officeRelations}/${kind}" Target="${target}"/>`).join('')}</Relationships>`;

const workbook = (sheets: readonly string[]): string =>
  `${head}<workbook xmlns="${main}" xmlns:r="${officeRelations}"><sheets>${sheets.map((name, at) => `<sheet name="${escape(name)}" sheetId="${at + 1}" r:id="r${at + 1}"/>`).join('')}</sheets></workbook>`;

/** Style 0 nothing, 1 a cell, 2 a heading. Number format 49 is text: what somebody types into the cell is text too. */
const styles = `${head}<styleSheet xmlns="${main}"><fonts count="2"><font><sz val="10"/><name val="Arial"/></font><font><b/><sz val="10"/><name val="Arial"/></font></fonts><fills count="3"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill><fill><patternFill patternType="solid"><fgColor rgb="FFE8E8E8"/></patternFill></fill></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="3"><xf/><xf numFmtId="49" applyNumberFormat="1" applyAlignment="1"><alignment vertical="top" wrapText="1"/></xf><xf numFmtId="49" fontId="1" fillId="2" applyNumberFormat="1" applyFont="1" applyFill="1" applyAlignment="1"><alignment vertical="top" wrapText="1"/></xf></cellXfs></styleSheet>`;

function* worksheet(columns: readonly Column[], rows: readonly (readonly string[])[], hasHeading: boolean): Generator<string> {
  const frozen = hasHeading
    ? '<sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
    : '';
  const widths = columns.map(({ width }, at) => `<col min="${at + 1}" max="${at + 1}" width="${width}" customWidth="1"/>`).join('');
  yield `${head}<worksheet xmlns="${main}">${frozen}<cols>${widths}</cols><sheetData>`;
  for (let from = 0; from < rows.length; from += slice)
    yield rows
      .slice(from, from + slice)
      .map((cells, place) => writeRow(cells, from + place + 1, hasHeading && from + place === 0 ? 2 : 1))
      .join('');
  yield '</sheetData><pageSetup paperSize="9" orientation="landscape"/></worksheet>';
}

/** `inlineStr`: a text by its type, which no spreadsheet runs. It is quoted all the same, for whoever saves it as CSV. */
const writeRow = (cells: readonly string[], row: number, style: number): string =>
  `<row r="${row}">${cells.map((text, at) => `<c r="${columnName(at)}${row}" s="${style}" t="inlineStr"><is><t xml:space="preserve">${escape(quoteCell(text).slice(0, longestCell))}</t></is></c>`).join('')}</row>`;

/** 0 → A, 25 → Z, 26 → AA. */
const columnName = (at: number): string => (at < 26 ? '' : columnName(Math.floor(at / 26) - 1)) + String.fromCharCode(65 + (at % 26));

const escape = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
