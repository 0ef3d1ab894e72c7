// A log whose key was changed: what the former key signed is taken, the change is recorded before the new one signs, and both verify.
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { keyIdOf } from '../../plugin/domain/formats/key-id.js';
import { openNote, verifierKey } from '../../plugin/domain/formats/signed-note.js';
import { recordRotations } from '../../plugin/export/record-rotations.js';
import type { Journal } from '../../plugin/journal/journal.js';
import { verifyJournal } from '../../plugin/journal/verify.js';
import { aDraft, aFolder, isProblem, key, open, origin, vkey } from './a-journal.js';

const next = generateKeyPairSync('ed25519').privateKey;
const nextVkey = verifierKey(origin, next);
const rotation = { key: 'log' as const, from: keyIdOf(key), to: keyIdOf(next) };
const noteOf = (folder: string): string => fs.readFileSync(path.join(folder, 'checkpoint'), 'utf8');

describe('a journal under a new key', () => {
  let folder: string;
  const aged = async (entries: number): Promise<void> => {
    const journal = await open(folder);
    await Promise.all(Array.from({ length: entries }, (_, at) => journal.append(aDraft(`EG-${at % 3}`))));
    await journal.close();
  };
  beforeEach(() => {
    folder = aFolder();
  });
  afterEach(() => fs.rmSync(folder, { recursive: true }));

  // More than a checkpoint's worth too: there the first append already writes one.
  for (const entries of [3, 130])
    it(`of ${entries} entries: opens, tells the change first, and signs by the new key from then on`, async () => {
      await aged(entries);
      let before = '';
      const journal = await open(folder, {
        key: next,
        formerKeys: [key],
        beforeSigning: async (opened: Journal) => {
          before = noteOf(folder);
          await recordRotations(opened, [rotation]);
        },
      });
      assert.ok(openNote(before, vkey), 'nothing was signed before');
      assert.throws(() => openNote(before, nextVkey));
      assert.deepEqual(journal.read(entries + 1, 5).map(({ event, data }) => [event, data]), [['key-rotated', rotation]]);
      assert.ok(openNote(noteOf(folder), nextVkey));
      assert.ok(openNote(journal.checkpoint(2, vkey), vkey), 'what names the former key is signed by it again');
      assert.match(journal.proof(1, await journal.covering(2, vkey)), new RegExp(vkey.split('+')[0]!));
      assert.ok(openNote(journal.checkpoint(), nextVkey));
      await journal.close();
      assert.equal((await verifyJournal(folder, [nextVkey, vkey])).intact, true);
      assert.equal((await verifyJournal(folder, nextVkey)).intact, true);
      assert.deepEqual(await verifyJournal(folder, vkey), { intact: false, fault: { code: 'proof-invalid', where: 'checkpoint' } });
    });

  it('is told once, also where the start was cut off behind the entry', async () => {
    await aged(2);
    const cutOff = new Error('cut off');
    const parts = { key: next, formerKeys: [key] };
    const first = open(folder, { ...parts, beforeSigning: async (opened) => recordRotations(opened, [rotation]).then(() => Promise.reject(cutOff)) });
    await assert.rejects(first);
    assert.ok(openNote(noteOf(folder), vkey), 'the checkpoint is still the former key’s');
    const journal = await open(folder, { ...parts, beforeSigning: (opened) => recordRotations(opened, [rotation]) });
    assert.equal(journal.read(0, 100).filter(({ event }) => event === 'key-rotated').length, 1);
    await journal.close();
  });

  it('does not open without the former key, nor under one of another log', async () => {
    await aged(2);
    await assert.rejects(open(folder, { key: next }), isProblem('journal-corrupt', /checkpoint/));
    const stranger = generateKeyPairSync('ed25519').privateKey;
    await assert.rejects(open(folder, { key: next, formerKeys: [stranger] }), isProblem('journal-corrupt', /checkpoint/));
    await assert.rejects(open(folder, { key: next, formerKeys: [key], origin: 'exportgate.example/other' }), isProblem('journal-corrupt', /checkpoint/));
    const journal = await open(folder, { key: next, formerKeys: [stranger, key] });
    assert.throws(() => journal.checkpoint(1, verifierKey(origin, generateKeyPairSync('ed25519').privateKey)), isProblem('key-invalid', /put its file back/));
    await journal.close();
  });

  it('a former key in front of an entry changed behind it hides nothing', async () => {
    await aged(4);
    const file = path.join(folder, 'entries.ndjson');
    fs.writeFileSync(file, fs.readFileSync(file, 'utf8').replace('footage-missing', 'footage-massing'));
    assert.deepEqual(await verifyJournal(folder, [nextVkey, vkey]), { intact: false, fault: { code: 'entry-changed', where: 'entry 1' } });
  });
});
