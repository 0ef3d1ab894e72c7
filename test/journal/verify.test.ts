// The journal as a stranger sees it: any flipped byte, any missing, moved or foreign entry is named.
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { canonicalJson } from '../../plugin/domain/formats/canonical-json.js';
import { checkpointText } from '../../plugin/domain/formats/checkpoint.js';
import { signNote, verifierKey } from '../../plugin/domain/formats/signed-note.js';
import { verifyJournal } from '../../plugin/journal/verify.js';
import { aDraft, aFolder, entriesFile, isProblem, key, open, origin, vkey } from './a-journal.js';

const noLock = { hold: () => Promise.resolve(() => undefined) };

describe('journal verify', () => {
  let folder: string;
  let whole: Buffer;
  let lines: string[];
  const put = (changed: readonly string[]): void => fs.writeFileSync(entriesFile(folder), changed.map((line) => `${line}\n`).join(''));
  const file = (name: string): string => path.join(folder, name);

  before(async () => {
    folder = aFolder();
    const journal = await open(folder, noLock);
    for (let n = 0; n < 40; n++)
      await journal.append(n % 5 === 4 ? { event: 'access-stopped', by: 'gate', data: stopped } : aDraft(`R${n % 3}`));
    await journal.close();
    whole = fs.readFileSync(entriesFile(folder));
    lines = whole.toString().trimEnd().split('\n');
  });
  const stopped = {
    recorder: 'rec-1',
    operation: 'GetReplayUri',
    class: 'footage',
    recording: null,
    client: `sha256:${'0'.repeat(64)}`,
  } as const;
  let kept: string;
  before(() => fs.cpSync(folder, (kept = aFolder()), { recursive: true }));
  beforeEach(() => {
    fs.rmSync(folder, { recursive: true });
    fs.cpSync(kept, folder, { recursive: true });
  });
  after(() => [folder, kept].forEach((it) => fs.rmSync(it, { recursive: true })));

  const fault = async (): Promise<string> => {
    const verdict = await verifyJournal(folder, vkey);
    return verdict.intact ? `intact ${verdict.size}` : `${verdict.fault.code} ${verdict.fault.where}`;
  };

  it('finds it whole', async () => assert.equal(await fault(), 'intact 41'));

  it('names the entry of any flipped bit, and the gate does not start on it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 1), fc.nat(7), async (at, bit) => {
        const changed = Buffer.from(whole);
        changed[at]! ^= 1 << bit;
        fs.writeFileSync(entriesFile(folder), changed);
        const index = whole.subarray(0, at).toString('latin1').split('\n').length - 1;
        // The newline is what finishes the last entry: without it the entry is not there.
        const code = at === whole.length - 1 ? 'entry-missing' : 'entry-changed';
        assert.equal(await fault(), `${code} entry ${index}`);
        await assert.rejects(open(folder, noLock), isProblem('journal-corrupt', new RegExp(`entry ${index}\\.`)));
        assert.deepEqual(fs.readFileSync(entriesFile(folder)), changed);
      }),
      { numRuns: 150, examples: [[whole.length - 1, 0]] },
    );
  });

  it('notices any flipped bit of the checkpoint', async () => {
    const note = fs.readFileSync(file('checkpoint'));
    await fc.assert(
      fc.asyncProperty(fc.nat(note.length - 1), fc.nat(7), async (at, bit) => {
        const changed = Buffer.from(note);
        changed[at]! ^= 1 << bit;
        fs.writeFileSync(file('checkpoint'), changed);
        assert.equal(await fault(), 'proof-invalid checkpoint');
      }),
      { numRuns: 100 },
    );
  });

  const swap = (a: number, b: number): string[] => lines.with(a, lines[b]!).with(b, lines[a]!);
  const rewritten = (index: number): string => canonicalJson({ ...(JSON.parse(lines[index]!) as object), at: '2026-03-01T03:00:00.000Z' });
  const [leaves, bundle] = ['tile/0/000.p/41', 'tile/entries/000.p/41'] as const;
  const flip = (name: string): void => {
    const bytes = fs.readFileSync(name);
    bytes[1000]! ^= 1;
    fs.writeFileSync(name, bytes);
  };
  const table: [string, () => void, string][] = [
    ['the last entry taken away', () => put(lines.slice(0, -1)), 'entry-missing entry 40'],
    ['an entry of the middle taken away', () => put(lines.toSpliced(17, 1)), 'entry-missing entry 17'],
    ['all entries taken away', () => put([]), 'entry-missing entry 0'],
    ['the file taken away', () => fs.rmSync(entriesFile(folder)), 'entry-missing entry 0'],
    ['two entries swapped', () => put(swap(10, 11)), 'entry-changed entry 10'],
    ['an entry put in twice', () => put(lines.toSpliced(9, 0, lines[9]!)), 'entry-changed entry 10'],
    ['an entry written anew in good form', () => put(lines.with(20, rewritten(20))), 'entry-changed entry 20'],
    ['the last entry written anew in good form', () => put(lines.with(40, rewritten(40))), 'entry-changed entry 40'],
    ['a blank line', () => put(lines.toSpliced(5, 0, '')), 'entry-changed entry 5'],
    ['a line without end', () => put(lines.with(7, 'x'.repeat(100_000))), 'entry-changed entry 7'],
    [
      'an entry behind the checkpoint that does not link',
      () => put([...lines, lines[39]!.replace('"index":39', '"index":41')]),
      'entry-changed entry 41',
    ],
    ['the checkpoint taken away', () => fs.rmSync(file('checkpoint')), 'proof-invalid checkpoint'],
    [
      'a checkpoint of another key',
      () =>
        fs.writeFileSync(
          file('checkpoint'),
          signNote(checkpointText(origin, 0, Buffer.alloc(32)), origin, generateKeyPairSync('ed25519').privateKey),
        ),
      'proof-invalid checkpoint',
    ],
    [
      'a checkpoint of another log',
      () => fs.writeFileSync(file('checkpoint'), signNote(checkpointText('exportgate.example/other', 0, Buffer.alloc(32)), origin, key)),
      'proof-invalid checkpoint',
    ],
    ['a huge checkpoint', () => fs.writeFileSync(file('checkpoint'), Buffer.alloc(200_000, 10)), 'proof-invalid checkpoint'],
    // Without the leaves (or with false ones) the root still tells; the place is then the first break that can be seen.
    [
      'an entry changed and the leaves taken away',
      () => (fs.rmSync(file(leaves)), put(lines.with(20, `${lines[20]!} `))),
      'entry-changed entry 20',
    ],
    [
      'an entry written anew and the leaves taken away',
      () => (fs.rmSync(file(leaves)), put(lines.with(40, rewritten(40)))),
      'proof-invalid checkpoint',
    ],
    [
      'an entry written anew and false leaves',
      () => (fs.writeFileSync(file(leaves), Buffer.alloc(41 * 32)), put(lines.with(40, rewritten(40)))),
      'proof-invalid checkpoint',
    ],
    ['the leaves alone taken away', () => fs.rmSync(file(leaves)), 'intact 41'],
    ['all tiles taken away', () => fs.rmSync(file('tile'), { recursive: true }), 'intact 41'],
    ['false leaves', () => fs.writeFileSync(file(leaves), Buffer.alloc(41 * 32)), `tile-changed ${leaves}`],
    ['leaves cut short', () => fs.truncateSync(file(leaves), 40 * 32), `tile-changed ${leaves}`],
    ['a changed bundle of entries', () => flip(file(bundle)), `tile-changed ${bundle}`],
    ['a bundle of entries with one more', () => fs.appendFileSync(file(bundle), '\0\x01x'), `tile-changed ${bundle}`],
    ['an unfinished record at the end', () => fs.appendFileSync(entriesFile(folder), lines[40]!.slice(0, 60)), 'intact 41'],
  ];
  for (const [what, change, expected] of table)
    it(`${what}: ${expected}`, async () => {
      change();
      assert.equal(await fault(), expected);
    });

  it('takes no other key than the given one', async () =>
    assert.equal((await verifyJournal(folder, verifierKey(origin, generateKeyPairSync('ed25519').privateKey))).intact, false));

  it('the gate does not take a missing checkpoint for a beginning', async () => {
    fs.rmSync(file('checkpoint'));
    await assert.rejects(open(folder, noLock), isProblem('journal-corrupt', /checkpoint/));
  });
});
