// Tables on paper: what is in them comes out again, whoever reads them, and nothing in a cell is ever run.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import fc from 'fast-check';
import { findFont } from '../../plugin/media/font.js';
import { quoteCell, seen } from '../../plugin/documents/quote-cell.js';
import { tableCsv } from '../../plugin/documents/table-csv.js';
import { tablePdf, type Sheet } from '../../plugin/documents/table-pdf.js';
import { tableXlsx } from '../../plugin/documents/table-xlsx.js';
import { pdfText } from '../support/pdf-text.js';
import { readCsv, unquote } from '../support/read-csv.js';
import '../support/seed.js';
import { xlsxCells } from '../support/xlsx-text.js';

const notes = { sheet: '说明', lines: [['场所', '示例']] as [string, string][] };
const columns = [{ title: '甲', width: 10 }, { title: '乙', width: 20 }, { title: '丙', width: 10 }];
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.constantFrom('', '"', '""', ',', '\r\n', '=1+1', "'=1", "''", ' ', '-', '&<>"', '二行\n三行'),
);
const table = fc.array(fc.tuple(text, text, text), { maxLength: 8 }).map((rows) => ({ columns, rows }));

describe('a cell', () => {
  const cells: readonly (readonly [text: string, cell: string])[] = [
    ['=HYPERLINK("http://192.0.2.1","x")', '\'=HYPERLINK("http://192.0.2.1","x")'],
    ['+86 10 5550', "'+86 10 5550"],
    ['-1', "'-1"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['＝1+1', "'＝1+1"], ['＋1', "'＋1"], ['－1', "'－1"], ['＠a', "'＠a"],
    ['  =1', "'  =1"],
    // A tab or a line's end before it is seen, and begins no cell.
    ['\t=1', '\ufffd=1'], ['\r=1', '\ufffd=1'],
    ['\u3000=1', "'\u3000=1"],
    ["'=1", "''=1"],
    ["'示例", "'示例"],
    ['示例=1', '示例=1'],
    ['', ''],
    ['陆一舟\u202e反', '陆一舟\ufffd反'],
  ];
  for (const [given, cell] of cells) it(`${JSON.stringify(given)} is written ${JSON.stringify(cell)}`, () => assert.equal(quoteCell(given), cell));
});

describe('a table', () => {
  it('as CSV is read back to the letter', () =>
    fc.assert(fc.property(table, (given) => {
      const bytes = tableCsv(given);
      assert.equal(bytes.subarray(0, 3).toString('hex'), 'efbbbf');
      const [head, ...rows] = readCsv(bytes);
      assert.deepEqual(head, columns.map(({ title }) => title));
      assert.deepEqual(rows.map((row) => row.map(unquote)), given.rows.map((row) => row.map(seen)));
      for (const cell of rows.flat()) assert.doesNotMatch(cell, /^\s*[=+\-@＝＋－＠\t\r]/u);
    })));

  it('as a spreadsheet is read by others: texts, and no formula', async function () {
    this.timeout(20_000);
    await fc.assert(fc.asyncProperty(table, async (given) => {
      const [sheet, said] = xlsxCells(await tableXlsx('登记', given, notes));
      assert.ok(sheet!.flat().every(({ type }) => type === 'inlineStr'));
      assert.deepEqual(sheet!.slice(1).map((row) => row.map((cell) => unquote(cell.text))), given.rows.map((row) => row.map(seen)));
      assert.deepEqual(said!.map((row) => row.map((cell) => cell.text)), notes.lines);
    }), { numRuns: 25 });
  });

  const sheet: Sheet = { title: '信息调用登记表', head: ['场所:示例'], foot: ['说明'], font: fs.readFileSync(findFont()), madeAt: new Date('2026-04-01T00:00:00.000Z') };
  const many = Array.from({ length: 60 }, (_, at) => [`第${at}行`, '示例案件:核实电动车被盗经过,'.repeat(5), '龘 𠮷 AI']);

  it('as PDF is read back, its heading on every page, a sign that the font lacks spelled out', async () => {
    const pages = pdfText(await tablePdf({ columns, rows: many }, sheet));
    assert.ok(pages.length > 1);
    for (const [at, page] of pages.entries()) {
      for (const { title } of columns) assert.ok(page.split('\n').includes(title));
      assert.ok(page.includes(`第 ${at + 1} 页 共 ${pages.length} 页`));
    }
    assert.ok(pages[0]!.startsWith('信息调用登记表\n场所:示例'));
    const whole = pages.join('').replaceAll('\n', '');
    for (const [name] of many) assert.ok(whole.includes(name!), name);
    assert.ok(whole.includes('〔U+20BB7〕'));
  });

  it('as PDF keeps a row that is longer than a page', async () => {
    const long = Array.from({ length: 3_000 }, (_, at) => `段${at}。`).join('');
    const pages = pdfText(await tablePdf({ columns, rows: [['1', long, '3']] }, sheet));
    const column = pages.join('\n').split('\n').filter((line) => line.includes('段') || line.includes('。') || /^\d+/.test(line)).join('');
    assert.ok(pages.length > 2);
    assert.ok(column.includes('段2999。'));
  });

  it('is the same file each time', async () => {
    const given = { columns, rows: many };
    assert.deepEqual(await tablePdf(given, sheet), await tablePdf(given, sheet));
    assert.deepEqual(await tableXlsx('登记', given, notes), await tableXlsx('登记', given, notes));
  });
});
