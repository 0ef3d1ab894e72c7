// Lines of a CSV file → cells that know where they stand. Deliberately plain: commas, double quotes, a `#` at the start of a line.
// A `#` inside a line is text like any other, so that nothing can hide behind it; what casbin gets is built from the cells.
import type { Fault } from '../domain/problem.js';
import type { Pace } from './pace.js';

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
/** What a person does not see, or sees as the end of a line, must not be something else to the gate. */
const badCharacter = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Surrogate}\u034F\u115F\u1160\u17B4\u17B5\u2800\u3164\uFFA0]/u;

/** The lines of a text without their ends, one by one: to split eight megabytes at once takes longer than a slice may. */
export function* linesOf(text: string): Generator<string> {
  for (let start = 0; ;) {
    const end = text.indexOf('\n', start);
    if (end < 0) {
      yield text.slice(start);
      return;
    }
    yield text.slice(start, end > start && text[end - 1] === '\r' ? end - 1 : end);
    start = end + 1;
  }
}

function hasMoreLines(text: string, most: number): boolean {
  let count = 1;
  for (let end = text.indexOf('\n'); end >= 0 && count <= most; end = text.indexOf('\n', end + 1)) count += 1;
  return count > most;
}

/** Never throws: what cannot be read is a fault, and the line is left out. */
export async function readLines(file: string, text: string, pace: Pace): Promise<{ lines: Line[]; faults: Fault[] }> {
  const lines: Line[] = [];
  const faults: Fault[] = [];
  await eachLine(file, text, faults, pace, (line) => lines.push(line));
  return { lines, faults };
}

/** Hands on each line as it is read: a long file held as cells all at once is much to clear away. */
export async function eachLine(file: string, text: string, faults: Fault[], pace: Pace, use: (line: Line) => void): Promise<void> {
  if (hasMoreLines(text, mostLines)) {
    faults.push({ code: 'file-too-long', where: file, detail: `At most ${mostLines} lines.` });
    return;
  }
  let number = 0;
  for (const row of linesOf(text)) {
    if (pace.isDue()) await pace.rest();
    number += 1;
    const source = `${file}:${number}`;
    const hidden = hiddenIn(row);
    if (hidden !== null) {
      faults.push({ code: 'line-malformed', where: `${source}:1`, detail: hidden });
      continue;
    }
    // A spreadsheet fills short lines up with commas, and puts quotes round a comment that has some inside.
    const start = row.trimStart();
    if (/^[, \t]*$/.test(start) || /^"?#/.test(start)) continue;
    const read = readCells(source, row);
    if (typeof read === 'string') faults.push({ code: 'line-malformed', where: `${source}:1`, detail: read });
    else use({ source, cells: read });
  }
}

/** Threat: a row that hides in a comment behind a carriage return; in comments too. */
function hiddenIn(row: string): string | null {
  const bad = row.replaceAll('\t', ' ').search(badCharacter);
  if (bad < 0) return null;
  const isLineEnd = /[\r\u2028\u2029\u0085]/.test(row[bad]!);
  return isLineEnd
    ? `Character ${bad + 1} ends a line for some programs and not for the gate; save the file with LF (or CRLF) line ends.`
    : `Character ${bad + 1} is a control or invisible character; only visible text and blanks belong here.`;
}

/** The cells, or what is wrong with the line. */
function readCells(source: string, row: string): Cell[] | string {
  if (row.length > longestLine) return `A line has at most ${longestLine} characters; this one has ${row.length}.`;
  const cells: Cell[] = [];
  for (let at = 0; ;) {
    blankPattern.lastIndex = at;
    blankPattern.exec(row);
    const start = blankPattern.lastIndex;
    cellPattern.lastIndex = start;
    const match = cellPattern.exec(row);
    if (!match)
      return `The quotes around column ${start + 1} do not close, or text stands beside them; write "like this", and "" for a quote.`;
    cells.push({
      text: (match[1]?.replaceAll('""', '"') ?? match[3]!).trim(),
      where: `${source}:${start + (match[1] === undefined ? 1 : 2)}`,
    });
    if ((match[2] ?? match[4]) === '') return withoutPadding(cells);
    at = cellPattern.lastIndex;
  }
}

/** Empty cells at the end say nothing. One is left: where the last field is missing, the fault stands at its place. */
function withoutPadding(cells: Cell[]): Cell[] {
  let length = cells.length;
  while (length > 1 && cells[length - 1]!.text === '' && cells[length - 2]!.text === '') length -= 1;
  return cells.slice(0, length);
}

/**
 * Does the line have these fields, none of them empty? Adds a fault for each that is missing, and for what is too much.
 * A full-width comma separates nothing; where one stands, the fault says so.
 */
export function hasFields({ source, cells }: Line, fields: readonly string[], faults: Fault[]): boolean {
  const given = cells.at(-1)?.text === '' && cells.length > fields.length ? cells.slice(0, -1) : cells;
  if (given.length === fields.length && given.every(({ text }) => text !== '')) return true;
  const before = faults.length;
  const fullWidth = cells.some((cell) => cell.text.includes('，')) ? ' (The line holds a full-width comma ，: write , instead.)' : '';
  const missing = fields.filter((_, index) => !cells[index]?.text);
  const end = cells.at(-1)?.where ?? `${source}:1`;
  for (const field of missing) {
    const where = cells[fields.indexOf(field)]?.where ?? end;
    faults.push({ code: 'field-missing', where, detail: `The field ${field} is missing; a line is: ${fields.join(', ')}.${fullWidth}` });
  }
  if (given.length > fields.length)
    faults.push({
      code: 'field-surplus',
      where: cells[fields.length]!.where,
      detail: `There are ${cells.length} fields; a line is: ${fields.join(', ')}.`,
    });
  return faults.length === before;
}

export const cellsByField = <F extends string>({ cells }: Line, fields: readonly F[]): Record<F, Cell> =>
  Object.fromEntries(fields.map((field, index) => [field, cells[index]!])) as Record<F, Cell>;

/** Lines under a header that names the fields. */
export async function readTable<F extends string>(
  file: string,
  text: string,
  fields: readonly F[],
  pace: Pace,
): Promise<{ rows: Record<F, Cell>[]; faults: Fault[] }> {
  const rows: Record<F, Cell>[] = [];
  const faults: Fault[] = [];
  let header: Line | undefined;
  let isRight = false;
  await eachLine(file, text, faults, pace, (line) => {
    if (!header) {
      header = line;
      isRight =
        line.cells
          .map((cell) => cell.text)
          .join(',')
          .replace(/,+$/, '') === fields.join(',');
    } else if (isRight && hasFields(line, fields, faults)) rows.push(cellsByField(line, fields));
  });
  if (!isRight)
    faults.push({
      code: 'header-wrong',
      where: `${header?.source ?? `${file}:1`}:1`,
      detail: `The first line must be: ${fields.join(',')}${header?.cells.some(({ text }) => /[;；]/.test(text)) ? ' (The fields are separated by commas, not by semicolons.)' : ''}`,
    });
  return { rows, faults };
}
