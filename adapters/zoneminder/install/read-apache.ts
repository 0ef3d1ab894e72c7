// Apache's configuration as it stands in its files: every directive with the place where it stands and the sections around it. Conditions
// (IfModule, IfDefine) are taken as true: what might listen or serve is looked at as if it did.
import fs from 'node:fs/promises';
import path from 'node:path';
import type { Machine } from '../../../plugin/domain/install.js';
import { Problem } from '../../../plugin/domain/problem.js';
import { readText } from './settings.js';

export interface Section {
  /** Lower case. */
  name: string;
  args: readonly string[];
}

export interface Directive {
  /** As it really lies. */
  file: string;
  /** Its first line, from 0, and how many it takes: a backslash at a line's end goes on. */
  line: number;
  lines: number;
  /** Lower case. */
  name: string;
  args: readonly string[];
  sections: readonly Section[];
}

export interface Apache {
  /** The main file, as it really lies. */
  main: string;
  directives: readonly Directive[];
}

const most = { files: 2_000, depth: 20 };

/** `main`: path on the machine. Problem `config-invalid`: a file is missing, too large, or includes are endless. */
export async function readApache(machine: Machine, main: string): Promise<Apache> {
  const at = (file: string): string => path.join(machine.root, file);
  const directives: Directive[] = [];
  const defined = new Map<string, string>();
  let root = path.dirname(main);
  let files = 0;

  const read = async (file: string, around: readonly Section[], depth: number): Promise<void> => {
    if ((files += 1) > most.files || depth > most.depth)
      throw new Problem('config-invalid', `Apache’s configuration includes more than ${most.files} files, or itself; ${file} is not read.`);
    const real = await fs.realpath(at(file)).catch(() => at(file));
    const sections = [...around];
    for (const { line, lines, text } of logicalLines(await readText(real, file))) {
      const [first = '', ...args] = words(text).map((word) => word.replace(/\$\{(\w+)\}/g, (all, name: string) => defined.get(name) ?? all));
      const closing = /^<\/(\w+)/.exec(first);
      const opening = /^<(\w+)/.exec(first);
      if (closing) sections.pop();
      // `<Directory "/a">`: the bracket belongs to the last word.
      else if (opening) sections.push({ name: opening[1]!.toLowerCase(), args: args.map((arg, at) => (at === args.length - 1 ? arg.replace(/>$/, '') : arg)).filter(Boolean) });
      else if (first) {
        const name = first.toLowerCase();
        if (name === 'serverroot' && args[0]) root = args[0];
        if (name === 'define' && args[0]) defined.set(args[0], args[1] ?? '');
        if (name === 'include' || name === 'includeoptional')
          for (const found of await matching(machine, path.resolve(root, args[0] ?? ''))) await read(found, sections, depth + 1);
        else directives.push({ file: real, line, lines, name, args, sections: [...sections] });
      }
    }
  };
  await read(main, [], 0);
  return { main: await fs.realpath(at(main)), directives };
}

function* logicalLines(text: string): Generator<{ line: number; lines: number; text: string }> {
  const all = text.split(/\r?\n/);
  for (let line = 0; line < all.length;) {
    let [joined, end] = [all[line]!, line];
    while (joined.endsWith('\\') && end + 1 < all.length) joined = joined.slice(0, -1) + all[(end += 1)]!;
    if (!/^\s*(#|$)/.test(joined)) yield { line, lines: end - line + 1, text: joined };
    line = end + 1;
  }
}

/** Words of a line: apart by spaces, together in quotes. */
const words = (text: string): string[] =>
  [...text.matchAll(/"((?:[^"\\]|\\.)*)"(>?)|'((?:[^'\\]|\\.)*)'(>?)|(\S+)/g)].map(([, double, after, single, end, plain]) => plain ?? `${double ?? single ?? ''}${after ?? end ?? ''}`);

/** Paths on the machine that a pattern of Include means, in Apache's order; those of a folder are all of its files. */
async function matching(machine: Machine, pattern: string): Promise<string[]> {
  let found = ['/'];
  for (const part of pattern.split('/').filter(Boolean)) {
    if (!/[*?[]/.test(part)) found = found.map((folder) => path.join(folder, part));
    else {
      const wanted = new RegExp(`^${part.replace(/[.+^${}()|\\]/g, '\\$&').replaceAll('*', '[^/]*').replaceAll('?', '[^/]')}$`);
      found = (
        await Promise.all(
          found.map(async (folder) => (await namesIn(path.join(machine.root, folder))).filter((name) => wanted.test(name) && !name.startsWith('.')).map((name) => path.join(folder, name))),
        )
      ).flat();
    }
  }
  return (await Promise.all(found.map((file) => filesUnder(machine, file)))).flat();
}

async function filesUnder(machine: Machine, file: string): Promise<string[]> {
  const kind = await fs.stat(path.join(machine.root, file)).catch(() => null);
  if (!kind?.isDirectory()) return kind ? [file] : [];
  const inside = await namesIn(path.join(machine.root, file));
  return (await Promise.all(inside.map((name) => filesUnder(machine, path.join(file, name))))).flat();
}

const namesIn = async (folder: string): Promise<string[]> => (await fs.readdir(folder).catch(() => [])).sort();
