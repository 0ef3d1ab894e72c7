// The policy folder → the text of each file. Closed list of names, a size limit, UTF-8 only, and one consistent reading.
import { createHash } from 'node:crypto';
import { open, readdir } from 'node:fs/promises';
import path from 'node:path';
import { canonicalJson } from '../domain/formats/canonical-json.js';
import type { Fault } from '../domain/problem.js';

const policyFiles = [
  'model.conf',
  'law.json',
  'cities.csv',
  'groups.csv',
  'sites.csv',
  'cameras.csv',
  'steps.csv',
  'roles.csv',
  'tier-1.csv',
  'tier-2.csv',
  'tier-3.csv',
  'gate.csv',
] as const;
type PolicyFile = (typeof policyFiles)[number];
export type PolicyTexts = Readonly<Record<PolicyFile, string>>;

const largestBytes = 8 * 1024 * 1024;

/** Null where a file is missing, too large, not UTF-8, or where the folder changed while it was read; the faults say which. */
export async function readFolder(folder: string, faults: Fault[]): Promise<PolicyTexts | null> {
  const before = faults.length;
  await judgeNames(folder, faults);
  if (faults.length > before) return null;
  const texts = await readAll(folder, faults);
  // A copy in progress: half of the old policy beside half of the new one may be valid, and would be nobody's policy.
  const again = faults.length === before ? await readAll(folder, faults) : texts;
  if (faults.length > before) return null;
  for (const file of policyFiles.filter((file) => texts[file] !== again[file]))
    faults.push({ code: 'file-unreadable', where: file, detail: 'The file changed while it was read. Try again when it is in place.' });
  return faults.length === before ? texts : null;
}

/** `sha256:…` over the texts in canonical form: UTF-8 without mark, lines ended by LF, no blanks at their ends. Line numbers stay
 *  true, because records name rows by file and line. */
export function versionOf(texts: PolicyTexts): string {
  const tidy = policyFiles.map(
    (file) =>
      [
        file,
        texts[file]
          .split(/\r?\n/)
          .map((line) => line.trimEnd())
          .join('\n')
          .trimEnd(),
      ] as const,
  );
  return `sha256:${createHash('sha256')
    .update(canonicalJson(Object.fromEntries(tidy)))
    .digest('hex')}`;
}

/** A `tier-4.csv` that nobody reads would be taken for a rule in force: unknown tables are refused. Subfolders are nobody's. */
async function judgeNames(folder: string, faults: Fault[]): Promise<void> {
  let names: string[];
  try {
    names = (await readdir(folder, { withFileTypes: true })).filter((entry) => !entry.isDirectory()).map((entry) => entry.name);
  } catch {
    faults.push({ code: 'file-missing', where: '.', detail: `The policy folder cannot be read; it holds ${policyFiles.join(', ')}.` });
    return;
  }
  for (const file of policyFiles.filter((file) => !names.includes(file)))
    faults.push({ code: 'file-missing', where: file, detail: `The policy folder must hold ${file}.` });
  const known: readonly string[] = policyFiles;
  for (const name of names.filter((name) => /\.(csv|conf|json)$/i.test(name) && !known.includes(name)).sort())
    faults.push({ code: 'file-unknown', where: name, detail: `Nobody reads this file. The policy files are: ${policyFiles.join(', ')}.` });
}

async function readAll(folder: string, faults: Fault[]): Promise<Record<PolicyFile, string>> {
  const texts = await Promise.all(policyFiles.map(async (file) => [file, await readText(folder, file, faults)] as const));
  return Object.fromEntries(texts) as Record<PolicyFile, string>;
}

async function readText(folder: string, file: PolicyFile, faults: Fault[]): Promise<string> {
  const wrong = (detail: string): string => {
    faults.push({ code: 'file-unreadable', where: file, detail });
    return '';
  };
  try {
    const handle = await open(path.join(folder, file), 'r');
    try {
      const stats = await handle.stat();
      if (!stats.isFile() || stats.size > largestBytes) return wrong(`A plain file of at most ${largestBytes} bytes is wanted.`);
      const bytes = Buffer.alloc(stats.size);
      const { bytesRead } = await handle.read(bytes, 0, stats.size, 0);
      return new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(0, bytesRead));
    } finally {
      await handle.close();
    }
  } catch (cause) {
    return wrong(
      cause instanceof TypeError
        ? 'The file is not UTF-8 text. Save it as UTF-8 (a spreadsheet calls it “CSV UTF-8”).'
        : 'The file cannot be read.',
    );
  }
}
