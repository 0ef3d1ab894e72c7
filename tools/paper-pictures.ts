// Makes docs/pictures/ again from a package: each page of each paper as PNG. `npx tsx tools/paper-pictures.ts [package.zip]`, after `npm run demo`. Needs unzip and
// pdftoppm (Debian: unzip, poppler-utils).
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');
const out = path.join(root, 'docs', 'pictures');
const [, , from = path.join(root, 'demo-out', 'package.zip')] = process.argv;
/** Dots per inch: to be looked at, not printed. */
const density = '80';

const folder = mkdtempSync(path.join(os.tmpdir(), 'exportgate-pictures-'));
try {
  execFileSync('unzip', ['-q', from, 'documents/*', '-d', folder]);
  mkdirSync(out, { recursive: true });
  for (const name of readdirSync(path.join(folder, 'documents')))
    execFileSync('pdftoppm', ['-r', density, '-gray', '-png', path.join(folder, 'documents', name), path.join(out, path.parse(name).name)]);
} finally {
  rmSync(folder, { recursive: true });
}
process.stdout.write(`${readdirSync(out).join('\n')}\n`);
