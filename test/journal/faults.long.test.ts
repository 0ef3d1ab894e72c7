// A disk that fails at every place where the journal touches it, in random runs with power cuts between: what was acknowledged is there
// afterwards, at its place; what was refused is not; and whatever checkpoint lies there is one of the entries that are.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { parseCheckpoint } from '../../plugin/domain/formats/checkpoint.js';
import { openNote } from '../../plugin/domain/formats/signed-note.js';
import { parseTilePath, tilePath, tilesOf } from '../../plugin/domain/formats/tlog-tiles.js';
import type { Journal } from '../../plugin/journal/journal.js';
import { verifyJournal } from '../../plugin/journal/verify.js';
import '../support/seed.js';
import { aDraft, aFolder, entriesFile, isProblem, open, vkey } from './a-journal.js';

/** Of the file of entries: `short` takes a part and says so, `torn` takes a part and fails, `full` takes nothing. */
const ofEntries = ['short', 'torn', 'full', 'sync', 'sync and put back'] as const;
/** Of tiles and checkpoint. */
const ofTiles = ['tile full', 'tile sync', 'tile rename', 'folder sync'] as const;
type Fault = (typeof ofEntries)[number] | (typeof ofTiles)[number] | null;

interface Step {
  appends: number;
  fault: Fault;
  /** Which of its calls of that kind fails first. */
  at: number;
  publishes: boolean;
  /** The power goes before the step's fdatasync, or behind the step; null: not. */
  cut: 'before sync' | 'behind' | null;
  /** Of what was not yet synced, how much the cut leaves: 0 to 100. */
  left: number;
}

/** A copy of the folder as a power cut left it. */
interface Cut {
  folder: string;
  acknowledged: Map<number, string>;
  refused: Set<string>;
}

const noLock = { hold: () => Promise.resolve(() => undefined) };
const broken = (code: string): NodeJS.ErrnoException => Object.assign(new Error(code), { code });

class Disk {
  readonly cuts: Cut[] = [];
  readonly acknowledged = new Map<number, string>();
  /** Refused, and told to be gone. */
  readonly refused = new Set<string>();
  fired = 0;
  #step: Step | null = null;
  #calls = 0;
  #putBackFails = false;
  #durable = 0;
  readonly #real = { write: fs.write, fdatasync: fs.fdatasync, open: fs.promises.open, rename: fs.promises.rename };

  constructor(readonly folder: string) {}

  arm(step: Step | null): void {
    this.#step = step;
    this.#calls = 0;
    this.#putBackFails = false;
  }

  /** The file of entries was read as it is and goes on from there. */
  restarted(): void {
    this.#durable = fs.statSync(entriesFile(this.folder)).size;
  }

  install(): void {
    const { write, fdatasync, open: openFile, rename } = this.#real;
    fs.write = ((file: number, bytes: Buffer, offset: number, length: number, position: number, callback: (error: unknown, written: number) => void) => {
      const part = Math.floor(length / 2);
      const fails = this.#fires('short') ? null : this.#fires('torn') ? broken('ENOSPC') : undefined;
      if (fails !== undefined) write(file, bytes, offset, part, position, () => callback(fails, part));
      else if (this.#fires('full')) setImmediate(callback, broken('ENOSPC'), 0);
      else write(file, bytes, offset, length, position, callback);
    }) as typeof fs.write;
    fs.fdatasync = ((file: number, callback: fs.NoParamCallback) => {
      if (this.#step?.cut === 'before sync') this.cutPower();
      const isBoth = this.#fires('sync and put back');
      if (isBoth || this.#fires('sync') || this.#putBackFails) {
        this.#putBackFails = isBoth;
        return void setImmediate(callback, broken('EIO'));
      }
      fdatasync(file, (error) => {
        this.#durable = fs.fstatSync(file).size;
        callback(error);
      });
    }) as typeof fs.fdatasync;
    fs.promises.open = async (at, flags, mode) => {
      const handle = await openFile(at, flags, mode);
      if (flags === 'w' && this.#fires('tile full'))
        handle.writeFile = async (content) => {
          await handle.write(content.slice(0, 7) as Buffer);
          throw broken('ENOSPC');
        };
      if ((flags === 'w' && this.#fires('tile sync')) || (flags === 'r' && this.#fires('folder sync')))
        handle.sync = () => Promise.reject(broken('EIO'));
      return handle;
    };
    fs.promises.rename = async (from, to) => {
      if (this.#fires('tile rename')) throw broken('EIO');
      await rename(from, to);
    };
  }

  remove(): void {
    Object.assign(fs, { write: this.#real.write, fdatasync: this.#real.fdatasync });
    Object.assign(fs.promises, { open: this.#real.open, rename: this.#real.rename });
  }

  cutPower(): void {
    const folder = aFolder();
    fs.cpSync(this.folder, folder, { recursive: true });
    const { size } = fs.statSync(entriesFile(folder));
    const unsynced = Math.max(0, size - this.#durable);
    fs.truncateSync(entriesFile(folder), size - unsynced + Math.floor((unsynced * this.#step!.left) / 100));
    this.cuts.push({ folder, acknowledged: new Map(this.acknowledged), refused: new Set(this.refused) });
  }

  #fires(fault: Fault): boolean {
    if (this.#step?.fault !== fault || this.#calls++ !== this.#step.at) return false;
    this.fired++;
    return true;
  }
}

const entriesIn = (journal: Journal): string[] =>
  journal.read(0, journal.size).map((entry) => (entry.event === 'fulfil-failed' ? entry.data.code : entry.event));

/** One run of a journal on such a disk, to its end; a journal that takes nothing more is opened again. */
async function run(disk: Disk, steps: readonly Step[]): Promise<void> {
  let journal = await open(disk.folder, noLock);
  disk.restarted();
  let number = 0;
  for (const step of steps) {
    disk.arm(step);
    const codes = Array.from({ length: step.appends }, () => `code-${number++}`);
    const isLost = step.fault === 'sync and put back';
    const before = disk.fired;
    const ends = await Promise.allSettled(codes.map((code) => journal.append(aDraft(`R${number % 3}`, code))));
    for (const [at, end] of ends.entries()) {
      if (end.status === 'fulfilled') disk.acknowledged.set(end.value.index, codes[at]!);
      else assert.ok(isProblem('journal-unwritable')(end.reason), String(end.reason));
      if (end.status === 'rejected' && !isLost) disk.refused.add(codes[at]!);
    }
    if (step.publishes) {
      const { size, root } = parseCheckpoint(openNote(await journal.published(), vkey));
      assert.ok(size <= journal.size);
      assert.deepEqual(root, journal.root(size));
    }
    if (step.cut === 'behind') disk.cutPower();
    disk.arm(null);
    if (!isLost || disk.fired === before) continue;
    await assert.rejects(journal.append(aDraft('R')), isProblem('journal-unwritable'));
    await journal.close();
    journal = await open(disk.folder, noLock);
    disk.restarted();
  }
  await journal.close();
}

/** The gate starts on what is left, and finds all that it had acknowledged. */
async function judge({ folder, acknowledged, refused }: Cut): Promise<void> {
  const journal = await open(folder, noLock);
  const found = entriesIn(journal);
  for (const [index, code] of acknowledged) assert.equal(found[index], code, `entry ${index} of ${found.length}`);
  assert.deepEqual(found.filter((code) => refused.has(code)), []);
  await journal.close();
  const verdict = await verifyJournal(folder, vkey);
  assert.ok(verdict.intact && verdict.size === found.length, JSON.stringify(verdict));
  for (const name of [...tilesOf(found.length)].map(tilePath)) {
    const { level, width } = parseTilePath(name);
    const { size } = fs.statSync(path.join(folder, name));
    assert.ok(level === 'entries' ? size > 0 : size === 32 * width, name);
  }
}

const steps = fc.array(
  fc.record<Step>({
    appends: fc.integer({ min: 1, max: 40 }),
    fault: fc.oneof({ weight: 2, arbitrary: fc.constant(null) }, { weight: 3, arbitrary: fc.constantFrom(...ofEntries) }, { weight: 3, arbitrary: fc.constantFrom(...ofTiles) }),
    at: fc.integer({ min: 0, max: 2 }),
    publishes: fc.boolean(),
    cut: fc.constantFrom('before sync', 'behind', null),
    left: fc.integer({ min: 0, max: 100 }),
  }),
  { minLength: 1, maxLength: 12 },
);

describe('a journal on a failing disk', () => {
  it('loses no acknowledged entry and acknowledges no lost one', async function () {
    this.timeout(120_000);
    const seen = { faults: 0, cuts: 0, acknowledged: 0, refused: 0 };
    await fc.assert(
      fc.asyncProperty(steps, async (taken) => {
        const disk = new Disk(aFolder());
        try {
          disk.install();
          try {
            await run(disk, taken);
          } finally {
            disk.remove();
          }
          const end: Cut = { folder: disk.folder, acknowledged: disk.acknowledged, refused: disk.refused };
          for (const cut of [...disk.cuts, end]) await judge(cut);
          seen.faults += disk.fired;
          seen.cuts += disk.cuts.length;
          seen.acknowledged += disk.acknowledged.size;
          seen.refused += disk.refused.size;
        } finally {
          for (const { folder } of [...disk.cuts, disk]) fs.rmSync(folder, { recursive: true, force: true });
        }
      }),
      { numRuns: 60 },
    );
    // A run in which nothing failed would have shown nothing.
    assert.ok(seen.faults > 20 && seen.cuts > 20 && seen.acknowledged > 500 && seen.refused > 50, JSON.stringify(seen));
  });
});
