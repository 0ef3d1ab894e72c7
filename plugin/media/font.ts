// The font that the project ships for marks and papers: a machine's own fonts decide nothing.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { sha256Hex } from '../domain/formats/digest.js';

const place = path.join('assets', 'fonts', 'noto-sans-sc-medium-subset.ttf');

/** Absolute path. Looks upward, since the built files lie one folder deeper than the sources. */
export function findFont(): string {
  for (let folder = path.dirname(fileURLToPath(import.meta.url)); ; folder = path.dirname(folder)) {
    const file = path.join(folder, place);
    if (existsSync(file)) return file;
    if (folder === path.dirname(folder)) throw new Error(`${place} is not there`);
  }
}

let sum: Promise<string> | undefined;
/** SHA-256 of the font, hex: another one draws other marks. */
export const fontSum = (): Promise<string> => (sum ??= readFile(findFont()).then(sha256Hex));
