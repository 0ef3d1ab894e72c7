// ZoneMinder's own configuration: zm.conf and conf.d, of which what stands later counts (includes/config.php).
import fs from 'node:fs/promises';
import path from 'node:path';
import { Problem } from '../../../plugin/domain/problem.js';
import type { Machine } from '../../../plugin/domain/install.js';

/** A configuration file of ZoneMinder or Apache, bytes at most. */
export const largestFile = 1024 * 1024;

const paths = { file: '/etc/zm/zm.conf', folder: '/etc/zm/conf.d' };

/** `NAME=value`, with or without quotes; `#` begins a comment line. */
export function readLines(text: string, into = new Map<string, string>()): Map<string, string> {
  for (const line of text.split(/\r?\n/)) {
    const found = /^\s*([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(["']?)(.*?)\2\s*$/.exec(line);
    if (found) into.set(found[1]!, found[3]!);
  }
  return into;
}

/** Problem `config-invalid` where ZoneMinder is not installed or its configuration cannot be read. */
export async function readSettings(machine: Machine): Promise<Map<string, string>> {
  const at = (name: string): string => path.join(machine.root, name);
  const settings = readLines(await readText(at(paths.file), paths.file));
  const more = await fs.readdir(at(paths.folder)).catch(() => []);
  for (const name of more.filter((it) => it.endsWith('.conf')).sort())
    readLines(await readText(path.join(at(paths.folder), name), `${paths.folder}/${name}`), settings);
  return settings;
}

/** `told`: its name for people. */
export async function readText(file: string, told: string): Promise<string> {
  const refuse = (why: string, cause?: unknown): Problem => new Problem('config-invalid', `${told} ${why}`, { cause });
  const { size } = await fs.stat(file).catch((cause: unknown) => {
    throw refuse('is not there or not readable; right is to run this as root on the machine of the ZoneMinder.', cause);
  });
  if (size > largestFile) throw refuse(`has ${size} bytes; right is at most ${largestFile}.`);
  return fs.readFile(file, 'utf8').catch((cause: unknown) => {
    throw refuse('cannot be read.', cause);
  });
}
