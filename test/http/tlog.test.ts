// The journal over HTTP, as a mirror, a monitor and an auditor use it: who gets what, and that it all leads to the signed root.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { parseCheckpoint, type Checkpoint } from '../../plugin/domain/formats/checkpoint.js';
import { isConsistent, leafHash, MerkleTree, rootFromInclusion } from '../../plugin/domain/formats/merkle.js';
import { openNote, verifierKey } from '../../plugin/domain/formats/signed-note.js';
import { tilePath, tilesOf } from '../../plugin/domain/formats/tlog-tiles.js';
import { loadKeys } from '../../plugin/keys/keys.js';
import { aGate, shanghai, type TestGate } from '../support/gate.js';
import { ask, asJson } from './raw.js';

const auditor = 'user:audit.he';

describe('the journal over HTTP', () => {
  let gate: TestGate;
  /** Who asks → the header for it. */
  const bearers = new Map<string, Record<string, string>>([['nobody', {}]]);
  const get = async (
    who: string,
    target: string,
    headers: Record<string, string> = {},
  ): Promise<{ status: number; headers: Headers; bytes: Buffer }> => {
    const answer = await fetch(gate.url + target, { headers: { 'accept-encoding': 'identity', ...bearers.get(who), ...headers } });
    return { status: answer.status, headers: answer.headers, bytes: Buffer.from(await answer.arrayBuffer()) };
  };
  const json = async <T>(who: string, target: string): Promise<T> => JSON.parse((await get(who, target)).bytes.toString()) as T;
  const checkpoint = async (): Promise<Checkpoint> => {
    const vkey = verifierKey('test.exportgate.example/one', loadKeys(path.join(gate.folder, 'keys')).log);
    return parseCheckpoint(openNote((await get('nobody', '/journal/checkpoint')).bytes.toString(), vkey));
  };
  const hashesOf = ({ hashes }: { hashes: string[] }): Buffer[] => hashes.map((hash) => Buffer.from(hash, 'base64'));
  const events = (name: string): object[] =>
    fs
      .readFileSync(path.join(gate.folder, 'data/journal/entries.ndjson'), 'utf8')
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as { event: string; data: object })
      .filter(({ event }) => event === name);

  const open = async (journal?: string): Promise<void> => {
    gate = await aGate(journal === undefined ? {} : { journal });
    for (const user of [auditor, shanghai.officer]) {
      await gate.as(user);
      bearers.set(user, { authorization: `Bearer ${await gate.tokenOf(user)}` });
    }
  };

  describe('unless told', () => {
    before(() => open());
    after(() => gate.close());

    it('the checkpoint is everybody’s, over all entries there are, on disk, and not for caches', async () => {
      const answer = await get('nobody', '/journal/checkpoint');
      assert.deepEqual(
        [answer.status, answer.headers.get('content-type'), answer.headers.get('cache-control')],
        [200, 'text/plain; charset=utf-8', 'no-store'],
      );
      assert.deepEqual(answer.bytes, fs.readFileSync(path.join(gate.folder, 'data/journal/checkpoint')));
      const { journalSize } = await json<{ journalSize: number }>('nobody', '/api/v1/health');
      assert.equal((await checkpoint()).size, journalSize);
      assert.deepEqual((await get('nobody', '/api/v1/journal/checkpoint')).bytes, answer.bytes);
    });

    it('an auditor’s mirror fetches the tiles and comes to the signed root', async () => {
      const { size, root } = await checkpoint();
      const tree = new MerkleTree();
      for (const tile of tilesOf(size)) {
        const { status, headers, bytes } = await get(auditor, `/journal/${tilePath(tile)}`);
        assert.deepEqual([status, headers.get('content-type')], [200, 'application/octet-stream'], tilePath(tile));
        assert.equal(headers.get('cache-control'), tile.level === 'entries' ? 'no-store' : 'private, max-age=31536000, immutable');
        if (tile.level === 'entries') assert.deepEqual(bytes, fs.readFileSync(path.join(gate.folder, 'data/journal', tilePath(tile))));
        if (tile.level === 0) for (let at = 0; at < bytes.length; at += 32) tree.append(bytes.subarray(at, at + 32));
      }
      assert.equal(tree.size, size);
      assert.deepEqual(tree.root(), root);
    });

    it('entries come compressed to who takes it, each hashes to its leaf, and reading them is an entry', async () => {
      const { size } = await checkpoint();
      const before = events('journal-read').length;
      const zipped = await get(shanghai.officer, `/journal/tile/entries/000.p/${size}`);
      assert.equal(zipped.status, 403);
      const answer = await fetch(`${gate.url}/journal/tile/entries/000.p/${size}`, {
        headers: { 'accept-encoding': 'gzip', ...bearers.get(auditor) },
      });
      assert.equal(answer.headers.get('content-encoding'), 'gzip');
      const bytes = Buffer.from(await answer.arrayBuffer());
      const leaves = (await get(auditor, `/journal/tile/0/000.p/${size}`)).bytes;
      let index = 0;
      for (let at = 0; at < bytes.length; at += 2 + bytes.readUInt16BE(at), index++)
        assert.deepEqual(leafHash(bytes.subarray(at + 2, at + 2 + bytes.readUInt16BE(at))), leaves.subarray(index * 32, index * 32 + 32));
      assert.equal(index, size);
      // Once in a quarter of an hour: the mirror above was recorded.
      assert.deepEqual([before, events('journal-read').length], [1, 1]);
    });

    it('proofs of inclusion and of consistency lead to the signed root', async () => {
      const { size, root } = await checkpoint();
      const leaves = (await get(auditor, `/journal/tile/0/000.p/${size}`)).bytes;
      const tree = new MerkleTree();
      for (let index = 0; index < size; index++) {
        tree.append(leaves.subarray(index * 32, index * 32 + 32));
        const included = await json<{ index: number; size: number; hashes: string[] }>(
          auditor,
          `/journal/proof/inclusion?index=${index}&size=${size}`,
        );
        assert.deepEqual([included.index, included.size], [index, size]);
        assert.deepEqual(rootFromInclusion(index, size, tree.leaf(index), hashesOf(included)), root);
        const continued = await json<{ from: number; to: number; hashes: string[] }>(
          auditor,
          `/journal/proof/consistency?from=${index + 1}&to=${size}`,
        );
        assert.ok(isConsistent({ size: index + 1, root: tree.root() }, { size, root }, hashesOf(continued)), `${index + 1} to ${size}`);
      }
    });

    const hashes = [
      '/journal/tile/0/000.p/1',
      '/journal/proof/inclusion?index=0&size=1',
      '/journal/proof/consistency?from=1&to=2',
      '/journal/tile/entries/000.p/1',
    ];
    for (const target of hashes)
      it(`${target} is for auditors alone`, async () => {
        const told: [string, number][] = [
          ['nobody', 401],
          [shanghai.officer, 403],
          [auditor, 200],
        ];
        for (const [who, status] of told) assert.equal((await get(who, target)).status, status, who);
      });

    const wrong: [target: string, status: number, code: string][] = [
      ['/journal/tile/0/999', 404, 'not-found'],
      ['/journal/tile/0/000', 404, 'not-found'],
      ['/journal/tile/0/000.p/256', 404, 'not-found'],
      ['/journal/tile/0/0', 404, 'not-found'],
      ['/journal/tile/9/000.p/1', 404, 'not-found'],
      ['/journal/tile/entries/x001/000', 404, 'not-found'],
      ['/journal/tile/entries/entries/000', 404, 'not-found'],
      ['/journal/tile/data/000', 404, 'not-found'],
      ['/journal/tile/0/..%2f..%2fcheckpoint', 400, 'path-ambiguous'],
      ['/journal/tile/0/../checkpoint', 400, 'path-ambiguous'],
      ['/journal/tile/', 400, 'path-ambiguous'],
      ['/journal/proof/inclusion', 400, 'body-malformed'],
      ['/journal/proof/inclusion?index=1', 400, 'body-malformed'],
      ['/journal/proof/inclusion?index=-1&size=2', 400, 'body-malformed'],
      ['/journal/proof/inclusion?index=01&size=2', 400, 'body-malformed'],
      ['/journal/proof/inclusion?index=2&size=2', 404, 'not-found'],
      ['/journal/proof/inclusion?index=0&size=9007199254740991', 404, 'not-found'],
      ['/journal/proof/inclusion?index=0&size=99999999999999999999', 400, 'body-malformed'],
      ['/journal/proof/consistency?from=2&to=1', 404, 'not-found'],
      ['/journal/proof/consistency?from=1&to=1000000', 404, 'not-found'],
      ['/journal/proof/consistency?from=1e0&to=2', 400, 'body-malformed'],
    ];
    for (const [target, status, code] of wrong)
      it(`${target}: ${status} ${code}`, async () => {
        const answer = await ask(gate.url, { target, headers: bearers.get(auditor)! });
        assert.deepEqual([answer.status, asJson<{ code: string }>(answer).code], [status, code]);
        assert.equal(answer.headers['cache-control'], 'no-store');
      });

    it('many who ask for the checkpoint at once, while entries come, each get a whole one that the next continues', async () => {
      const seen: Checkpoint[] = [];
      await Promise.all(
        Array.from({ length: 12 }, async (_, at) => {
          if (at % 3 === 0)
            await fetch(`${gate.url}/api/v1/session`, {
              method: 'POST',
              headers: { 'content-type': 'application/json' },
              body: JSON.stringify({ user: 'user:sh.nobody', password: 'no-such-word-7' }),
            });
          seen.push(await checkpoint());
        }),
      );
      seen.sort((a, b) => a.size - b.size);
      const last = seen.at(-1)!;
      assert.ok(last.size > seen[0]!.size);
      for (const { size, root } of seen)
        assert.ok(
          isConsistent({ size, root }, last, hashesOf(await json(auditor, `/journal/proof/consistency?from=${size}&to=${last.size}`))),
        );
    });
  });

  describe('of a public log', () => {
    before(() => open('public: true'));
    after(() => gate.close());

    it('hashes and proofs are for everybody and for caches, entries for auditors as before', async () => {
      for (const who of ['nobody', shanghai.officer, auditor]) {
        const tile = await get(who, '/journal/tile/0/000.p/1');
        assert.deepEqual([tile.status, tile.headers.get('cache-control')], [200, 'public, max-age=31536000, immutable']);
        assert.equal((await get(who, '/journal/proof/inclusion?index=0&size=1')).status, 200);
        assert.equal((await get(who, '/journal/proof/consistency?from=1&to=2')).status, 200);
      }
      const told: [string, number][] = [
        ['nobody', 401],
        [shanghai.officer, 403],
        [auditor, 200],
      ];
      for (const [who, status] of told) assert.equal((await get(who, '/journal/tile/entries/000.p/1')).status, status, who);
    });
  });
});
