// What a verb may say: lines for people, or one JSON document with --json.

export interface Output {
  json: boolean;
  /** For people; silent with --json. */
  say(line: string): void;
  /** The result: with --json this and nothing else. */
  result(value: unknown, lines: readonly string[]): void;
  /** A line that is drawn over again on a terminal. */
  progress(line: string): void;
}

/** Threat: a name out of a package or a foreign answer that moves the cursor and paints another verdict over ours. */
const plain = (line: string): string =>
  line.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (char) => (char === '\n' ? char : `\\u{${char.codePointAt(0)!.toString(16)}}`));

export function makeOutput(json: boolean, out: NodeJS.WriteStream): Output {
  const say = (line: string): void => void (json || out.write(`${plain(line)}\n`));
  return {
    json,
    say,
    result: (value, lines) => (json ? void out.write(`${JSON.stringify(value)}\n`) : lines.forEach((line) => say(line.replaceAll('\n', '\\n')))),
    progress: (line) => void (json || (out.isTTY ? out.write(`\r\u001b[2K${line}`) : undefined)),
  };
}

/** `[#####-----]  50 %`. */
export function bar(percent: number, width = 30): string {
  const full = Math.round((Math.min(100, Math.max(0, percent)) / 100) * width);
  return `[${'#'.repeat(full)}${'-'.repeat(width - full)}] ${String(Math.floor(percent)).padStart(3)} %`;
}
