// CSV (RFC 4180) as another program reads it: sign by sign.

/** Records of fields, without the byte order mark. */
export function readCsv(bytes: Buffer): string[][] {
  const text = bytes.toString('utf8').replace(/^\ufeff/, '');
  const records: string[][] = [];
  let [record, field, isQuoted]: [string[], string, boolean] = [[], '', false];
  for (let at = 0; at < text.length; at++) {
    const sign = text[at]!;
    if (isQuoted && sign === '"' && text[at + 1] === '"') field += text[at++];
    else if (sign === '"') isQuoted = !isQuoted;
    else if (isQuoted) field += sign;
    else if (sign === ',') [record, field] = [[...record, field], ''];
    else if (sign === '\r' && text[at + 1] === '\n') [records[records.length], record, field] = [[...record, field], [], (at++, '')];
    else field += sign;
  }
  if (isQuoted || field !== '' || record.length > 0) throw new Error('The last record does not end.');
  return records;
}

/** The apostrophe that keeps a spreadsheet from running a cell, taken off again. */
export const unquote = (cell: string): string => (/^''*\s*[=+\-@＝＋－＠﹢﹣﹦﹫−]/u.test(cell) ? cell.slice(1) : cell);
