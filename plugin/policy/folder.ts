// The policy folder → the text of each file. Closed list of names, size limits, UTF-8 only, and one consistent reading.
import { createHash } from 'node:crypto';
import { constants, open, readdir } from 'node:fs/promises';
import path from 'node:path';
import { canonicalJson } from '../domain/formats/canonical-json.js';
import type { Fault } from '../domain/problem.js';
import { linesOf } from './csv.js';
import { makePace, type Pace } from './pace.js';

/** What every policy folder holds. */
export const fixedFiles = [
  'model.conf',
  'law.json',
  'cities.csv',
  'groups.csv',
  'sites.csv',
  'cameras.csv',
  'steps.csv',
  'roles.csv',
  'directory.csv',
  'masks.csv',
  'tier-1.csv',
  'tier-2.csv',
  'tier-3.csv',
  'gate.csv',
] as const;
type FixedFile = (typeof fixedFiles)[number];

/** File name, with `/` between folder and name, → text. What one city adds: `cities/500000.csv`; assertions: `tests/any-name.csv`. */
export type PolicyTexts = Readonly<Record<FixedFile, string> & Record<string, string>>;

/** Folders that may lie in a policy folder, and what their files are called. */
const folders = {
  cities: { pattern: /^[1-9]\d{5}\.csv$/, right: '<city code>.csv, such as cities/500000.csv' },
  tests: { pattern: /^[a-z0-9][a-z0-9-]{0,39}\.csv$/, right: 'small letters, digits and -, such as tests/shipped.csv' },
} as const;
type Folder = keyof typeof folders;

export const filesIn = (folder: Folder, texts: PolicyTexts): string[] => Object.keys(texts).filter((name) => name.startsWith(`${folder}/`));

const largestBytes = 8 * 1024 * 1024;
const mostBytes = 16 * 1024 * 1024;
const mostFiles = 1_000;

/** Null where a file is missing, too large, not UTF-8, or where the folder changed while it was read; the faults say which. */
export async function readFolder(folder: string, faults: Fault[]): Promise<PolicyTexts | null> {
  const names = await listNames(folder, faults);
  return names && ((await readTwice(folder, names, readText, faults)) as PolicyTexts | null);
}

/**
 * The files that are read of such a folder, as they lie there, by their names: links are followed, what nobody reads is left out, and they need not make
 * a policy. Null where one cannot be read, or changed while it was read.
 */
export async function readFiles(folder: string, faults: Fault[]): Promise<Readonly<Record<string, Buffer>> | null> {
  const listed = await namesIn(folder, faults);
  return listed && readTwice(folder, listed.read, readBytes, faults);
}

type Read<T extends string | Buffer> = (folder: string, file: string, faults: Fault[]) => Promise<T | null>;

/** A copy in progress: half of the old policy beside half of the new one may be valid, and would be nobody's policy. */
async function readTwice<T extends string | Buffer>(folder: string, names: readonly string[], read: Read<T>, faults: Fault[]): Promise<Record<string, T> | null> {
  const files = await readAll(folder, names, read, faults);
  const again = files && (await readAll(folder, names, read, faults));
  if (!again) return null;
  const changed = names.filter((name) => Buffer.compare(Buffer.from(files[name]!), Buffer.from(again[name]!)) !== 0);
  for (const name of changed)
    faults.push({ code: 'file-unreadable', where: name, detail: 'The file changed while it was read. Try again when it is in place.' });
  return changed.length === 0 ? files : null;
}

/** Texts that came another way (a rehearsal over REST): the names are judged as those of a folder. */
export function takeTexts(texts: Readonly<Record<string, string>>, faults: Fault[]): PolicyTexts | null {
  const before = faults.length;
  const fixed: readonly string[] = fixedFiles;
  for (const name of fixed.filter((name) => texts[name] === undefined)) faults.push(missing(name));
  for (const name of Object.keys(texts).filter((name) => !fixed.includes(name))) {
    const [folder = '', file = '', ...more] = name.split('/');
    if (more.length > 0 || !isFolder(folder) || !folders[folder].pattern.test(file)) faults.push(unknown(name));
  }
  return faults.length === before ? (texts as PolicyTexts) : null;
}

/**
 * `sha256:…` over the digest of each file in canonical form: UTF-8 without mark, lines ended by LF, no blanks at their ends. Line
 * numbers stay true, because records name rows by file and line.
 */
export async function versionOf(texts: PolicyTexts, pace: Pace = makePace()): Promise<string> {
  const digests: Record<string, string> = {};
  for (const [name, text] of Object.entries(texts)) digests[name] = await digestOf(text, pace);
  return `sha256:${createHash('sha256').update(canonicalJson(digests)).digest('hex')}`;
}

/** Characters handed to the hash at once. */
const hashedAtOnce = 64 * 1024;

async function digestOf(text: string, pace: Pace): Promise<string> {
  const hash = createHash('sha256');
  let held = '';
  // Ends of lines count when another line with text follows: none do at the end of the file.
  let ends = 0;
  for (const line of linesOf(text)) {
    if (pace.isDue()) await pace.rest();
    const kept = line.trimEnd();
    if (kept !== '') {
      held += '\n'.repeat(ends) + kept;
      ends = 0;
    }
    ends += 1;
    if (held.length < hashedAtOnce) continue;
    hash.update(held);
    held = '';
  }
  return hash.update(held).digest('hex');
}

const isFolder = (name: string): name is Folder => name in folders && Object.hasOwn(folders, name);
const missing = (where: string): Fault => ({ code: 'file-missing', where, detail: `The policy folder must hold ${where}.` });
const unknown = (where: string): Fault => ({
  code: 'file-unknown',
  where,
  detail: `Nobody reads this. The policy files are: ${fixedFiles.join(', ')}; in cities/: ${folders.cities.right}; in tests/: ${folders.tests.right}.`,
});

/** A `tier-4.csv` that nobody reads would be taken for a rule in force: unknown tables and folders are refused. */
async function listNames(folder: string, faults: Fault[]): Promise<string[] | null> {
  const before = faults.length;
  const listed = await namesIn(folder, faults);
  if (!listed) return null;
  const { read, strange } = listed;
  faults.push(...strange.map(unknown), ...fixedFiles.filter((file) => !read.includes(file)).map(missing));
  if (read.length > mostFiles) faults.push({ code: 'file-too-long', where: '.', detail: `At most ${mostFiles} policy files.` });
  return faults.length === before ? read : null;
}

/** Of what lies there: what is read, sorted, and what looks as if it were. Hidden ones are nobody's. Null where the folder cannot be read. */
async function namesIn(folder: string, faults: Fault[]): Promise<{ read: string[]; strange: string[] } | null> {
  const known: readonly string[] = fixedFiles;
  const [read, strange]: [string[], string[]] = [[], []];
  try {
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      const { name } = entry;
      if (name.startsWith('.')) continue;
      // By its name too: a link to a folder says of itself that it is none, and its rows would be left out in silence.
      if (entry.isDirectory() || isFolder(name)) {
        if (!isFolder(name)) strange.push(`${name}/`);
        else
          for (const file of await readdir(path.join(folder, name))) {
            if (folders[name].pattern.test(file)) read.push(`${name}/${file}`);
            else if (isTable(file)) strange.push(`${name}/${file}`);
          }
      } else if (known.includes(name)) read.push(name);
      else if (isTable(name)) strange.push(name);
    }
  } catch {
    faults.push({ code: 'file-missing', where: '.', detail: `The policy folder cannot be read; it holds ${fixedFiles.join(', ')}.` });
    return null;
  }
  return { read: read.sort(), strange };
}

/** Leavings of editors (`tier-1.csv~`) are not tables. */
const isTable = (name: string): boolean => !name.startsWith('.') && /\.(csv|conf|json)$/i.test(name);

async function readAll<T extends string | Buffer>(folder: string, names: readonly string[], read: Read<T>, faults: Fault[]): Promise<Record<string, T> | null> {
  const before = faults.length;
  const files: Record<string, T> = {};
  let bytes = 0;
  for (const name of names) {
    const file = await read(folder, name, faults);
    if (file === null) continue;
    files[name] = file;
    bytes += Buffer.byteLength(file);
    if (bytes > mostBytes) {
      faults.push({ code: 'file-too-long', where: name, detail: `The policy files together have at most ${mostBytes} bytes.` });
      break;
    }
  }
  return faults.length === before ? files : null;
}

async function readText(folder: string, file: string, faults: Fault[]): Promise<string | null> {
  const bytes = await readBytes(folder, file, faults);
  try {
    return bytes && new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    faults.push({ code: 'file-unreadable', where: file, detail: 'The file is not UTF-8 text. Save it as UTF-8 (a spreadsheet calls it “CSV UTF-8”).' });
    return null;
  }
}

async function readBytes(folder: string, file: string, faults: Fault[]): Promise<Buffer | null> {
  const wrong = (detail: string): null => {
    faults.push({ code: 'file-unreadable', where: file, detail });
    return null;
  };
  try {
    // A pipe would wait for its writer, and everything behind it with it.
    const handle = await open(path.join(folder, file), constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const stats = await handle.stat();
      if (!stats.isFile() || stats.size > largestBytes) return wrong(`A plain file of at most ${largestBytes} bytes is wanted.`);
      const bytes = Buffer.alloc(stats.size);
      const { bytesRead } = await handle.read(bytes, 0, stats.size, 0);
      return bytes.subarray(0, bytesRead);
    } finally {
      await handle.close();
    }
  } catch {
    return wrong('The file cannot be read.');
  }
}
