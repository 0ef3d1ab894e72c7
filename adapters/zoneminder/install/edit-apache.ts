// Changes of Apache's files: a line of others is kept as a comment that says whose it is, lines of ours stand between marks.
import fs from 'node:fs/promises';
import type { Directive } from './read-apache.js';
import { mark } from './record.js';

/** One line of a file and what stands in its place; without `to` it is only taken out. */
export interface Edit {
  at: Pick<Directive, 'file' | 'line' | 'lines'>;
  to?: string;
}

/** What a file is to be. */
export interface NewText {
  file: string;
  text: string;
  /** For people: `- old`, `+ new`. */
  told: string[];
}

const begin = (name: string): string => `# ${mark} ${name}: begin (exportgate install zoneminder --undo takes it out)`;
const end = (name: string): string => `# ${mark} ${name}: end`;

/** A line that was taken out: it comes back by hand too, by taking the first words away. */
const out = (line: string): string => `# ${mark} took out: ${line}`;

export function withEdits(file: string, text: string, edits: readonly Edit[]): NewText {
  const lines = text.split('\n');
  const told: string[] = [];
  // From the end: places before stay where they are.
  for (const { at, to } of [...edits].sort((a, b) => b.at.line - a.at.line)) {
    const old = lines.slice(at.line, at.line + at.lines);
    const indent = /^\s*/.exec(old[0]!)![0];
    lines.splice(at.line, at.lines, ...old.map(out), ...(to === undefined ? [] : [`${indent}${to}`]));
    told.unshift(...old.map((line) => `- ${line.trim()}`), ...(to === undefined ? [] : [`+ ${to}`]));
  }
  return { file, text: lines.join('\n'), told };
}

/** The block of ours of this name: where it is already, else at the end of the file. Told is what the block has otherwise than before. */
export function withBlock(file: string, text: string, name: string, block: readonly string[]): NewText {
  const lines = [begin(name), ...block, end(name)].join('\n');
  const there = new RegExp(`${escaped(begin(name))}\\n([\\s\\S]*?)${escaped(end(name))}`);
  const gap = text === '' || text.endsWith('\n') ? '' : '\n';
  const old = there.exec(text)?.[1]?.split('\n').slice(0, -1);
  const whole = old ? text.replace(there, () => lines) : `${text}${gap}\n${lines}\n`;
  if (whole === text) return { file, text, told: [] };
  const gone = (old ?? []).filter((line) => !block.includes(line)).map((line) => `- ${line}`);
  const come = block.filter((line) => !old?.includes(line)).map((line) => `+ ${line}`);
  return { file, text: whole, told: [...gone, ...come] };
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** Edits and a block, over all files that they concern; files that stay as they are are left out. */
export async function newTexts(edits: readonly Edit[], block?: { file: string; name: string; lines: readonly string[] }): Promise<NewText[]> {
  const files = [...new Set([...edits.map(({ at }) => at.file), ...(block ? [block.file] : [])])];
  const texts = await Promise.all(
    files.map(async (file) => {
      const old = await fs.readFile(file, 'utf8');
      const edited = withEdits(file, old, edits.filter(({ at }) => at.file === file));
      if (block?.file !== file) return { old, ...edited };
      const blocked = withBlock(file, edited.text, block.name, block.lines);
      return { old, file, text: blocked.text, told: [...edited.told, ...blocked.told] };
    }),
  );
  return texts.filter(({ old, text }) => old !== text);
}

/** A path between quotes, as Apache reads it; null where it cannot be written so: a quote, a wildcard, a control character. */
export const quotedPath = (file: string): string | null => (/^\/[^"*?[\]{}\\\p{Cc}]*$/u.test(file) && !file.includes('$') ? `"${file}"` : null);
