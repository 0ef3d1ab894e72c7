// A table as CSV (RFC 4180) that spreadsheets read right: UTF-8 with a byte order mark, CRLF, every field in quotes.
import { quoteCell } from './quote-cell.js';
import type { Table } from './table.js';

/** Without the mark a spreadsheet of a Chinese Windows reads GBK. */
const byteOrderMark = '\ufeff';

export function tableCsv({ columns, rows }: Table): Buffer {
  const lines = [columns.map(({ title }) => title), ...rows].map((cells) => `${cells.map(field).join(',')}\r\n`);
  return Buffer.from(byteOrderMark + lines.join(''), 'utf8');
}

const field = (text: string): string => `"${quoteCell(text).replaceAll('"', '""')}"`;
