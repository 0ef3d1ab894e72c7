// The witness over the wire: every answer of c2sp.org/tlog-witness, recorded before it is given, and never rolled back.
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { addCheckpointBody } from '../../plugin/domain/formats/add-checkpoint.js';
import { checkpointText } from '../../plugin/domain/formats/checkpoint.js';
import { openCosignature } from '../../plugin/domain/formats/cosignature.js';
import { MerkleTree, emptyRoot, leafHash } from '../../plugin/domain/formats/merkle.js';
import { signNote, verifierKey } from '../../plugin/domain/formats/signed-note.js';
import type { RunningWitness } from '../../plugin/witness/start-witness.js';
import { isProblem, key, origin, vkey } from '../journal/a-journal.js';
import { ask, type Question, type RawAnswer } from '../http/raw.js';
import { aWitness, recordsIn, witnessFolder, witnessTime } from './a-witness.js';

const treeOf = (size: number, what = 'entry'): MerkleTree => {
  const tree = new MerkleTree();
  for (let index = 0; index < size; index++) tree.append(leafHash(Buffer.from(`${what} ${index}`)));
  return tree;
};
const tree = treeOf(200);
const other = treeOf(200, 'other');
const noteOf = (size: number, of = tree): string => signNote(checkpointText(origin, size, of.root(size)), origin, key);
const body = (old: number, size: number, of = tree): string =>
  addCheckpointBody({ old, proof: of.consistencyProof(Math.min(old, size), size), note: noteOf(size, of) });

describe('witness', () => {
  let folder: string;
  let witness: RunningWitness;
  const post = (text: string | Buffer, question: Partial<Question> = {}): Promise<RawAnswer> =>
    ask(witness.url, { method: 'POST', target: '/add-checkpoint', body: text, ...question });
  const told = async (answer: Promise<RawAnswer>): Promise<[number, string]> =>
    ((it) => [it.status, it.status === 409 ? it.text : ''])(await answer);
  const restart = async (): Promise<void> => {
    await witness.close();
    witness = await aWitness(folder);
  };

  beforeEach(async () => {
    folder = witnessFolder();
    witness = await aWitness(folder);
  });
  afterEach(async () => {
    await witness.close();
    fs.rmSync(folder, { recursive: true, force: true });
  });

  it('cosigns what it sees first, and what continues it; with its own key and time, and after a restart too', async () => {
    for (const [old, size] of [
      [0, 7],
      [7, 7],
      [7, 64],
      [64, 200],
    ] as const) {
      const answer = await post(body(old, size));
      assert.equal(answer.status, 200, answer.text);
      assert.match(answer.text, /^— witness\.example\/w1 \S+\n$/);
      assert.deepEqual(openCosignature(noteOf(size) + answer.text, witness.vkey), witnessTime);
      const before = witness.vkey;
      await restart();
      assert.equal(witness.vkey, before);
    }
    assert.equal(fs.statSync(path.join(folder, 'witness.key')).mode & 0o777, 0o600);
  });

  it('takes the first checkpoint of an empty log', async () => {
    const note = signNote(checkpointText(origin, 0, emptyRoot()), origin, key);
    assert.equal((await post(addCheckpointBody({ old: 0, proof: [], note }))).status, 200);
    assert.equal(
      (await post(addCheckpointBody({ old: 0, proof: [], note: signNote(checkpointText(origin, 0, leafHash(Buffer.of(1))), origin, key) })))
        .status,
      422,
    );
  });

  const stranger = generateKeyPairSync('ed25519').privateKey;
  const foreign = (name: string, by = key): string =>
    addCheckpointBody({ old: 50, proof: [], note: signNote(checkpointText(name, 50, tree.root(50)), name, by) });
  // Each after a checkpoint of 50 entries was cosigned.
  const table: [what: string, body: string | Buffer, status: number, size?: string][] = [
    ['a log cut back and sealed anew', body(40, 40), 409, '50\n'],
    ['a log cut back, by one who knows the old size', addCheckpointBody({ old: 50, proof: [], note: noteOf(40) }), 400],
    ['a log written anew, of the same size', addCheckpointBody({ old: 50, proof: [], note: noteOf(50, other) }), 422],
    ['a log written anew, longer', body(50, 90, other), 422],
    ['a log that was never seen, it says', body(0, 90), 409, '50\n'],
    ['another old size', body(49, 90), 409, '50\n'],
    ['an old size from the future', body(90, 90), 409, '50\n'],
    ['a proof too short', addCheckpointBody({ old: 50, proof: tree.consistencyProof(50, 90).slice(1), note: noteOf(90) }), 422],
    ['a proof too long', addCheckpointBody({ old: 50, proof: [...tree.consistencyProof(50, 90), emptyRoot()], note: noteOf(90) }), 422],
    ['a proof where none is wanted', addCheckpointBody({ old: 50, proof: [emptyRoot()], note: noteOf(50) }), 422],
    ['a log that is not known here', foreign('exportgate.example/unknown'), 404],
    ['a log of nearly the same name', foreign(`${origin}/`), 404],
    ['another key', foreign(origin, stranger), 403],
    ['a flipped bit in the root', body(50, 90).replace(tree.root(90).toString('base64'), tree.root(91).toString('base64')), 403],
    [
      'the key of the log under another name',
      addCheckpointBody({ old: 50, proof: [], note: signNote(checkpointText(origin, 90, tree.root(90)), 'exportgate.example/x', key) }),
      403,
    ],
    [
      'an extension line',
      addCheckpointBody({ old: 50, proof: [], note: signNote(`${checkpointText(origin, 90, tree.root(90))}more\n`, origin, key) }),
      400,
    ],
    ['nothing', '', 400],
    ['JSON', '{"old":50}', 400],
    ['bytes that are no text', Buffer.from([0xff, 0xfe, 0, 10, 10, 0xff]), 400],
  ];
  for (const [what, sent, status, size = ''] of table)
    it(`${what}: ${status}; nothing changes`, async () => {
      assert.equal((await post(body(0, 50))).status, 200);
      const answer = await post(sent);
      assert.deepEqual(
        [answer.status, answer.headers['content-type']],
        [status, status === 409 ? 'text/x.tlog.size' : 'text/plain; charset=utf-8'],
      );
      if (status === 409) assert.equal(answer.text, size);
      assert.doesNotMatch(answer.text, /^—/);
      await restart();
      assert.deepEqual(await told(post(body(50, 51))), [200, '']);
    });

  const questions: [what: string, question: Partial<Question>, status: number][] = [
    ['another address', { target: '/' }, 404],
    ['the address with a query', { target: '/add-checkpoint?x' }, 404],
    ['a question', { method: 'GET' }, 405],
    ['a body that says it is large', { body: 'x'.repeat(100_000) }, 413],
  ];
  for (const [what, question, status] of questions)
    it(`${what}: ${status}`, async () => assert.equal((await post(body(0, 50), question)).status, status));

  it('a body that goes on and on is cut off', async () => {
    const endless = new ReadableStream({ pull: (controller) => controller.enqueue(Buffer.alloc(16_384, 10)) });
    const sent = fetch(`${witness.url}/add-checkpoint`, { method: 'POST', duplex: 'half', body: endless } as RequestInit);
    assert.ok(
      [413, 0].includes(
        await sent.then(
          ({ status }) => status,
          () => 0,
        ),
      ),
    );
    assert.equal((await post(body(0, 50))).status, 200);
  });

  it('twenty at once from the same size: one is cosigned, and the others are told its size', async () => {
    await post(body(0, 50));
    const answers = await Promise.all(Array.from({ length: 20 }, (_, at) => post(body(50, 60 + at))));
    const winners = answers.flatMap(({ status }, at) => (status === 200 ? [60 + at] : []));
    assert.equal(winners.length, 1);
    for (const { status, text } of answers) if (status !== 200) assert.deepEqual([status, text], [409, `${winners[0]}\n`]);
    await restart();
    assert.deepEqual(await told(post(body(50, 90))), [409, `${winners[0]}\n`]);
  });

  it('of two histories sent at once, it cosigns one for ever', async () => {
    const answers = await Promise.all([post(body(0, 50)), post(body(0, 50, other))]);
    assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 409]);
    const mine = answers[0]!.status === 200 ? tree : other;
    assert.equal((await post(body(50, 60, mine))).status, 200);
    assert.equal((await post(addCheckpointBody({ old: 60, proof: [], note: noteOf(60, mine === tree ? other : tree) }))).status, 422);
  });

  it('what it cannot record it does not cosign, and the next one it does', async () => {
    await post(body(0, 50));
    const [name] = recordsIn(folder);
    fs.mkdirSync(path.join(folder, 'logs', `${name}.part`));
    const answer = await post(body(50, 60));
    assert.deepEqual([answer.status, /^—/.test(answer.text)], [503, false]);
    fs.rmdirSync(path.join(folder, 'logs', `${name}.part`));
    assert.deepEqual(await told(post(body(50, 61))), [200, '']);
  });

  it('dead at any moment, it has cosigned nothing that it does not know afterwards', async () => {
    await post(body(0, 50));
    const real = fs.promises.rename;
    const moments: { copy: string; answered: boolean }[] = [];
    let answered = false;
    const keep = (): void => {
      const copy = witnessFolder();
      fs.cpSync(folder, copy, { recursive: true, filter: (from) => !path.basename(from).startsWith('lock') });
      moments.push({ copy, answered });
    };
    try {
      fs.promises.rename = async (from, to) => (keep(), await real(from, to), keep());
      await post(body(50, 60));
      answered = true;
      keep();
    } finally {
      fs.promises.rename = real;
    }
    assert.equal(moments.length, 3);
    for (const moment of moments) {
      const again = await aWitness(moment.copy);
      const { status, text } = await ask(again.url, { method: 'POST', target: '/add-checkpoint', body: body(50, 60, other) });
      assert.ok(status === 409 ? text === '60\n' : status === 422 && !moment.answered, `${status} ${text}`);
      await again.close();
      fs.rmSync(moment.copy, { recursive: true });
    }
  });

  it('is held by one process', async () => assert.rejects(aWitness(folder), isProblem('journal-locked')));

  it('does not start on a record that was changed, nor take it for a log never seen', async () => {
    await post(body(0, 50));
    await witness.close();
    const file = path.join(folder, 'logs', recordsIn(folder)[0]!);
    const note = fs.readFileSync(file, 'utf8');
    for (const wrong of [note.replace('\n50\n', '\n5\n'), '', 'x'.repeat(1000)]) {
      fs.writeFileSync(file, wrong);
      await assert.rejects(aWitness(folder), isProblem('journal-corrupt', /exportgate\.example\/test/));
    }
    fs.writeFileSync(file, note);
    fs.writeFileSync(path.join(folder, 'witness.key'), 'no key');
    await assert.rejects(aWitness(folder), isProblem('key-invalid'));
    fs.rmSync(path.join(folder, 'witness.key'));
    witness = await aWitness(folder);
    await witness.close();
    fs.chmodSync(path.join(folder, 'witness.key'), 0o640);
    await assert.rejects(aWitness(folder), isProblem('key-invalid', /mode 0640/));
    fs.chmodSync(path.join(folder, 'witness.key'), 0o600);
    witness = await aWitness(folder);
  });

  it('witnesses two logs apart from each other', async () => {
    await witness.close();
    const second = generateKeyPairSync('ed25519').privateKey;
    const name = 'exportgate.example/second';
    witness = await aWitness(folder, {
      logs: new Map([
        [origin, [vkey]],
        [name, [verifierKey(name, second)]],
      ]),
    });
    const note = signNote(checkpointText(name, 90, other.root(90)), name, second);
    assert.deepEqual(await Promise.all([told(post(body(0, 50))), told(post(addCheckpointBody({ old: 0, proof: [], note })))]), [
      [200, ''],
      [200, ''],
    ]);
    assert.deepEqual(await told(post(body(0, 60))), [409, '50\n']);
    assert.equal(recordsIn(folder).length, 2);
  });

  it('goes on with a log under its new key, and with no other history of it', async () => {
    assert.equal((await post(body(0, 50))).status, 200);
    const renewed = generateKeyPairSync('ed25519').privateKey;
    const under = (old: number, size: number, of = tree): Promise<[number, string]> =>
      told(post(addCheckpointBody({ old, proof: of.consistencyProof(old, size), note: signNote(checkpointText(origin, size, of.root(size)), origin, renewed) })));
    const again = async (vkeys: readonly string[]): Promise<void> => {
      await witness.close();
      witness = await aWitness(folder, { logs: new Map([[origin, vkeys]]) });
    };
    assert.equal((await under(50, 60))[0], 403);
    await again([verifierKey(origin, renewed), vkey]);
    assert.equal((await under(50, 60, other))[0], 422);
    assert.deepEqual(await under(0, 60, other), [409, '50\n']);
    assert.equal((await under(50, 60))[0], 200);
    // From here on the record is under the new key, and the former one may go.
    await again([verifierKey(origin, renewed)]);
    assert.equal((await under(60, 70))[0], 200);
    assert.equal((await post(body(70, 80))).status, 403);
    await witness.close();
    await assert.rejects(aWitness(folder), isProblem('journal-corrupt', /under a key that is named here/));
    witness = await aWitness(folder, { logs: new Map([[origin, [verifierKey(origin, renewed)]]]) });
  });
});
