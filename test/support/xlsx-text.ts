// A spreadsheet as somebody else reads it: unpacked by unzip, its cells out of the XML by another reader than ours.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { SaxesParser } from 'saxes';

export interface Cell {
  reference: string;
  type: string | undefined;
  text: string;
}

/** Cells of each sheet, row by row; every part is well-formed XML, and none holds a formula. */
export function xlsxCells(file: Buffer): Cell[][][] {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'exportgate-xlsx-'));
  try {
    const archive = path.join(folder, 'book.xlsx');
    fs.writeFileSync(archive, file);
    const { status, stdout, stderr } = spawnSync('unzip', ['-q', '-o', archive, '-d', folder], { encoding: 'utf8' });
    if (status !== 0) throw new Error(`unzip: ${stdout}${stderr}`);
    const parts = fs.readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => /\.(xml|rels)$/.test(name));
    return parts.sort().map((name) => ({ name, rows: rowsOf(fs.readFileSync(path.join(folder, name), 'utf8')) })).filter(({ name }) => /worksheets\/sheet\d+\.xml$/.test(name)).map(({ rows }) => rows);
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

function rowsOf(xml: string): Cell[][] {
  const rows: Cell[][] = [];
  let cell: Cell | null = null;
  const parser = new SaxesParser({ xmlns: true });
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', ({ local, attributes }) => {
    if (local === 'f') throw new Error('a formula');
    if (local === 'row') rows.push([]);
    if (local !== 'c') return;
    cell = { reference: attributes['r']!.value, type: attributes['t']?.value, text: '' };
    rows.at(-1)!.push(cell);
  });
  parser.on('text', (text) => void (cell && (cell.text += text)));
  parser.on('closetag', ({ local }) => void (local === 'c' && (cell = null)));
  parser.write(xml).close();
  return rows;
}
