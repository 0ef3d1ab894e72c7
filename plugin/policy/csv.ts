// Lines of a CSV file → cells that know where they stand. Deliberately plain: commas, double quotes, a `#` at the start of a line.
// A `#` inside a line is text like any other, so that nothing can hide behind it; what casbin gets is built from the cells.
import type { Fault } from '../domain/problem.js';

export interface Cell {
  text: string;
  /** `tier-1.csv:12:5`: file, line and column of its first character, from 1. */
  where: string;
}

export interface Line {
  /** `tier-1.csv:12`. */
  source: string;
  cells: readonly Cell[];
}

const longestLine = 2_000;
const mostLines = 200_000;
// Behind its blanks a cell is quoted ("" stands for one quote) or runs to the next comma. No two parts overlap: no long backtracking.
const cellPattern = /"((?:[^"]|"")*)"[ \t]*(,|$)|([^,"]*)(,|$)/y;
const blankPattern = /[ \t]*/y;
const badCharacter = /[\p{Cc}\p{Cf}\p{Surrogate}]/u;

/** Never throws: what cannot be read is a fault, and the line is left out. */
export function readLines(file: string, text: string): { lines: Line[]; faults: Fault[] } {
  const lines: Line[] = [];
  const faults: Fault[] = [];
  const rows = text.split(/\r?\n/);
  if (rows.length > mostLines) return { lines, faults: [{ code: 'file-too-long', where: file, detail: `At most ${mostLines} lines.` }] };
  for (const [index, row] of rows.entries()) {
    const source = `${file}:${index + 1}`;
    const start = row.trimStart();
    if (start === '' || start.startsWith('#')) continue;
    const read = readCells(source, row);
    if (typeof read === 'string') faults.push({ code: 'line-malformed', where: `${source}:1`, detail: read });
    else lines.push({ source, cells: read });
  }
  return { lines, faults };
}

/** The cells, or what is wrong with the line. */
function readCells(source: string, row: string): Cell[] | string {
  if (row.length > longestLine) return `A line has at most ${longestLine} characters; this one has ${row.length}.`;
  const bad = row.replaceAll('\t', ' ').search(badCharacter);
  if (bad >= 0) return `Character ${bad + 1} is a control or invisible character; only visible text and blanks belong here.`;
  const cells: Cell[] = [];
  for (let at = 0; ;) {
    blankPattern.lastIndex = at;
    blankPattern.exec(row);
    const start = blankPattern.lastIndex;
    cellPattern.lastIndex = start;
    const match = cellPattern.exec(row);
    if (!match)
      return `The quotes around column ${start + 1} do not close, or text stands beside them; write "like this", and "" for a quote.`;
    cells.push({ text: (match[1]?.replaceAll('""', '"') ?? match[3]!).trim(), where: `${source}:${start + 1}` });
    if ((match[2] ?? match[4]) === '') return cells;
    at = cellPattern.lastIndex;
  }
}

/**
 * Does the line have these fields, none of them empty? Adds a fault for each that is missing, and for what is too much.
 * A full-width comma separates nothing; where one stands, the fault says so.
 */
export function hasFields({ source, cells }: Line, fields: readonly string[], faults: Fault[]): boolean {
  const before = faults.length;
  const fullWidth = cells.some((cell) => cell.text.includes('，')) ? ' (The line holds a full-width comma ，: write , instead.)' : '';
  const missing = fields.filter((_, index) => !cells[index]?.text);
  const end = cells.at(-1)?.where ?? `${source}:1`;
  for (const field of missing) {
    const where = cells[fields.indexOf(field)]?.where ?? end;
    faults.push({ code: 'field-missing', where, detail: `The field ${field} is missing; a line is: ${fields.join(', ')}.${fullWidth}` });
  }
  if (cells.length > fields.length)
    faults.push({
      code: 'field-surplus',
      where: cells[fields.length]!.where,
      detail: `There are ${cells.length} fields; a line is: ${fields.join(', ')}.`,
    });
  return faults.length === before;
}

/** Lines under a header that names the fields. */
export function readTable<F extends string>(
  file: string,
  text: string,
  fields: readonly F[],
): { rows: Record<F, Cell>[]; faults: Fault[] } {
  const { lines, faults } = readLines(file, text);
  const [header, ...rest] = lines;
  if (header?.cells.map((cell) => cell.text).join(',') !== fields.join(','))
    return {
      rows: [],
      faults: [
        ...faults,
        { code: 'header-wrong', where: `${header?.source ?? `${file}:1`}:1`, detail: `The first line must be: ${fields.join(',')}` },
      ],
    };
  const whole = rest.filter((line) => hasFields(line, fields, faults));
  const rows = whole.map(({ cells }) => Object.fromEntries(fields.map((field, index) => [field, cells[index]!])) as Record<F, Cell>);
  return { rows, faults };
}
