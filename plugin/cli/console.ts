// What a verb may say: lines for people, or one JSON document with --json.

export interface Output {
  json: boolean;
  /** For people; silent with --json. */
  say(line: string): void;
  /** A whole file that was made here, as it is; silent with --json. */
  text(file: string): void;
  /** The result: with --json this and nothing else. */
  result(value: unknown, lines: readonly string[]): void;
  /** A line that is drawn over again on a terminal. */
  progress(line: string): void;
}

/** Characters that move the cursor, turn the line round or end it: 0x1B and the whole of C0 and C1, bidirectional marks, separators. */
const painting = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** Threat: a name out of a package, a path or a recorder's answer that paints another verdict over ours. Line ends stay. */
export const plain = (text: string): string =>
  text.replace(painting, (char) => (char === '\n' ? char : `\\u{${char.codePointAt(0)!.toString(16)}}`));

/** One line, whatever is in it. */
export const plainLine = (text: string): string => plain(text.replaceAll('\n', '\\n'));

/** The same document for a machine, and harmless on a terminal: JSON.stringify leaves C1 and bidirectional marks as they are. */
export const plainJson = (value: unknown): string =>
  JSON.stringify(value).replace(painting, (char) =>
    Array.from({ length: char.length }, (_, at) => `\\u${char.charCodeAt(at).toString(16).padStart(4, '0')}`).join(''),
  );

export function makeOutput(json: boolean, out: NodeJS.WriteStream): Output {
  const say = (line: string): void => void (json || out.write(`${plain(line)}\n`));
  return {
    json,
    say,
    text: (file) => void (json || out.write(file)),
    result: (value, lines) => (json ? void out.write(`${plainJson(value)}\n`) : lines.forEach((line) => say(plainLine(line)))),
    progress: (line) => void (json || (out.isTTY ? out.write(`\r\u001b[2K${plainLine(line)}`) : undefined)),
  };
}

/** `[#####-----]  50 %`. */
export function bar(percent: number, width = 30): string {
  const full = Math.round((Math.min(100, Math.max(0, percent)) / 100) * width);
  return `[${'#'.repeat(full)}${'-'.repeat(width - full)}] ${String(Math.floor(percent)).padStart(3)} %`;
}

/** Columns that a text takes on a terminal: a Chinese character and its punctuation take two. */
export const widthOf = (text: string): number =>
  [...text].reduce((sum, sign) => sum + (/[\u2e80-\u9fff\uf900-\ufaff\uff00-\uff60]/u.test(sign) ? 2 : 1), 0);

export const padTo = (text: string, width: number): string => text + ' '.repeat(Math.max(0, width - widthOf(text)));
