// A journal and its witnesses, over real sockets: what is handed out, what waits, and who finds a journal that was written anew.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import http from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { isCosigned, openCosignature } from '../../plugin/domain/formats/cosignature.js';
import { parseCheckpoint } from '../../plugin/domain/formats/checkpoint.js';
import { openNote } from '../../plugin/domain/formats/signed-note.js';
import type { Line } from '../../plugin/domain/log.js';
import type { Journal } from '../../plugin/journal/journal.js';
import type { RunningWitness } from '../../plugin/witness/start-witness.js';
import { Witnesses } from '../../plugin/witness/witnesses.js';
import { aDraft, aFolder, isProblem, open, vkey } from '../journal/a-journal.js';
import { aWitness, witnessFolder, witnessTime } from './a-witness.js';

describe('journal with witnesses', () => {
  let folder: string;
  const lines: Line[] = [];
  let folders: string[];
  let running: RunningWitness[];
  /** Never runs by itself: a test moves it past a witness's time of being left alone. */
  let time: number;
  beforeEach(async () => {
    [folder, folders, time] = [aFolder(), [witnessFolder(), witnessFolder(), witnessFolder()], 0];
    lines.length = 0;
    running = await Promise.all(folders.map((it, at) => aWitness(it, { name: `witness.example/w${at + 1}` })));
  });
  afterEach(async () => {
    await Promise.all(running.map((it) => it.close()));
    for (const it of [folder, ...folders]) fs.rmSync(it, { recursive: true, force: true });
  });

  type Asked = readonly { url: string; vkey: string }[];
  const start = (quorum: number, witnesses: Asked = [...running], failed = (cause: unknown): void => assert.fail(String(cause))): Promise<Journal> => {
    const asked = new Witnesses({ witnesses, log: (_level, line) => void lines.push(line), now: () => new Date(time), timeoutMs: 2_000 });
    const cosigners = {
      quorum,
      vkeys: witnesses.map((it) => it.vkey),
      cosign: asked.cosign.bind(asked),
      failed,
    };
    return open(folder, { hold: () => Promise.resolve(() => undefined), cosigners });
  };
  const grow = (journal: Journal, count: number): Promise<unknown> =>
    Promise.all(Array.from({ length: count }, (_, n) => journal.append(aDraft('A', `code-${n}`))));
  const sizeOf = (note: string): number => parseCheckpoint(openNote(note, vkey)).size;
  const signers = (note: string): number[] => running.flatMap((it, at) => (isCosigned(note, it.vkey) ? [at + 1] : []));
  const uncosigned = isProblem('checkpoint-uncosigned');
  const nowhere = { url: 'http://127.0.0.1:9', vkey: '' };
  const events = (): string[] => lines.map(({ event }) => event);

  it('hands out what all have cosigned, and the same for a package each time', async () => {
    const journal = await start(3);
    await grow(journal, 100);
    const first = await journal.covering(50);
    assert.ok(first.size >= 50);
    assert.deepEqual(signers(first.note), [1, 2, 3]);
    assert.deepEqual(openCosignature(first.note, running[0]!.vkey), witnessTime);
    await grow(journal, 100);
    const later = await journal.covering(201);
    assert.deepEqual([later.size, signers(later.note)], [201, [1, 2, 3]]);
    assert.deepEqual(await journal.covering(50), first);
    assert.deepEqual(signers(await journal.published()), [1, 2, 3]);
    await journal.close();
    const again = await start(3);
    assert.deepEqual(await again.covering(50), first);
    assert.deepEqual(await again.covering(201), later);
    await again.close();
    assert.deepEqual(lines, []);
  });

  it('without enough cosignatures nothing is handed out; entries are taken all the same; when the witness is back, it is', async () => {
    await running[1]!.close();
    const port = Number(new URL(running[1]!.url).port);
    const journal = await start(3);
    await grow(journal, 5);
    await assert.rejects(journal.covering(3), uncosigned);
    await assert.rejects(journal.published(), uncosigned);
    assert.equal(journal.size, 6);
    assert.ok(events().every((event) => event === 'witness-failed') && lines.length > 0, events().join());
    running[1] = await aWitness(folders[1]!, { name: 'witness.example/w2', port });
    // It is left alone for a while first, so that one that is away is not hammered.
    await assert.rejects(journal.covering(3), uncosigned);
    time += 301_000;
    const covering = await journal.covering(3);
    assert.deepEqual([covering.size, signers(covering.note)], [6, [1, 2, 3]]);
    assert.equal(sizeOf(await journal.published()), 6);
    await journal.close();
  });

  it('two of three are enough where two are wanted, and the newest cosigned one is served while no newer one is', async () => {
    await running[2]!.close();
    const journal = await start(2);
    await grow(journal, 5);
    const covering = await journal.covering(6);
    assert.deepEqual(signers(covering.note), [1, 2]);
    await running[1]!.close();
    await grow(journal, 5);
    await assert.rejects(journal.covering(11), uncosigned);
    assert.deepEqual(await journal.published(), covering.note);
    await journal.close();
    running = await Promise.all([
      aWitness(folders[0]!, { name: 'witness.example/w1' }).catch(() => running[0]!),
      aWitness(folders[1]!),
      aWitness(folders[2]!),
    ]);
  });

  it('without a quorum what there are of cosignatures go along, and nothing waits', async () => {
    await running[2]!.close();
    const journal = await start(0);
    await grow(journal, 100);
    assert.equal((await journal.covering(20)).note, journal.checkpoint(20));
    await journal.tend();
    assert.equal(sizeOf(await journal.published()), 101);
    await journal.close();
    const again = await start(0);
    await again.tend();
    await again.close();
    const cosigned = fs.readFileSync(path.join(folder, 'cosigned'), 'utf8');
    assert.deepEqual([sizeOf(cosigned), signers(cosigned)], [101, [1, 2]]);
    running[2] = await aWitness(folders[2]!);
  });

  it('a journal that was cut back, or written anew and sealed with the log’s own key, gets no cosignature, and the log says why', async () => {
    const journal = await start(1);
    await grow(journal, 30);
    await journal.covering(31);
    await journal.close();
    for (const [count, status] of [
      [9, 409],
      [40, 422],
    ] as const) {
      fs.rmSync(folder, { recursive: true });
      lines.length = 0;
      const other = await start(1);
      await Promise.all(Array.from({ length: count }, (_, n) => other.append(aDraft('B', `other-${n}`))));
      await assert.rejects(other.covering(count + 1), uncosigned);
      // The first was refused when there was one entry; asked again when they have been left alone long enough, with all of them.
      lines.length = 0;
      time += 301_000;
      await assert.rejects(other.covering(count + 1), uncosigned);
      const grave = lines.filter(({ event }) => event === 'witness-disagrees');
      assert.ok(grave.length >= 3 && grave.every((line) => line.status === status), JSON.stringify(lines));
      assert.ok(!fs.existsSync(path.join(folder, 'cosigned')));
      // In the journal once for each, however often they were asked: that is what administrators are told of.
      const noted = other.read(0, other.size).flatMap((entry) => (entry.event === 'witness-disagreed' ? [entry.data] : []));
      assert.deepEqual(
        noted.map(({ witness, why }) => `${witness} ${why}`).sort(),
        [1, 2, 3]
          .flatMap((at) => (status === 409 ? ['more-entries'] : ['another-history', 'more-entries']).map((why) => `witness.example/w${at} ${why}`)),
      );
      await other.close();
    }
  });

  it('a cosignature that the disk does not take hides no other witness’s disagreement', async () => {
    const journal = await start(1, [running[0]!]);
    await grow(journal, 30);
    await journal.covering(31);
    await journal.close();
    fs.rmSync(folder, { recursive: true });
    // Of the journal written anew the first witness knows another history; the second hears of it for the first time, and agrees.
    let failed = 0;
    const other = await start(1, [running[0]!, running[1]!], () => failed++);
    fs.mkdirSync(path.join(folder, 'cosigned.part'));
    await grow(other, 40);
    await assert.rejects(other.covering(20), uncosigned);
    const noted = other.read(0, other.size).flatMap((entry) => (entry.event === 'witness-disagreed' ? [entry.data.witness] : []));
    assert.deepEqual([noted.includes('witness.example/w1'), noted.includes('witness.example/w2'), failed > 0], [true, false, true]);
    fs.rmdirSync(path.join(folder, 'cosigned.part'));
    assert.deepEqual(signers((await other.covering(20)).note), [2]);
    await other.close();
  });

  it('what lies on disk as cosigned counts only if it is: of this log, continued, by the configured keys', async () => {
    const journal = await start(2);
    await grow(journal, 5);
    const { note } = await journal.covering(6);
    await journal.close();
    const stopped = running.map(({ vkey }) => ({ url: nowhere.url, vkey }));
    const read = async (text: string, witnesses: Asked = stopped): Promise<string> => {
      for (const name of ['cosigned', 'covering/6']) fs.writeFileSync(path.join(folder, name), text);
      const again = await start(2, witnesses);
      try {
        return await again.covering(6).then(
          (it) => `${it.size}`,
          (thrown: { code: string }) => thrown.code,
        );
      } finally {
        await again.close();
      }
    };
    assert.equal(await read(note), '6');
    const only = note
      .split('\n')
      .filter((line) => !line.includes('/w2') && !line.includes('/w3'))
      .join('\n');
    const wrong = [
      only,
      note.replace('\n6\n', '\n5\n'),
      note.replaceAll('— witness.example/w', '— witness.example/v'),
      '',
      'x'.repeat(70_000),
    ];
    for (const text of wrong) assert.equal(await read(text), 'checkpoint-uncosigned', text.slice(0, 300));
  });

  /** Something in a witness's place. */
  const inPlace = async (answer: http.RequestListener, step: (url: string) => Promise<void>): Promise<void> => {
    const server = http.createServer(answer).listen(0, '127.0.0.1');
    await once(server, 'listening');
    try {
      await step(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  };
  const impostors: [what: string, answer: (real: RunningWitness) => http.RequestListener][] = [
    ['says nothing', () => () => undefined],
    ['sends elsewhere', (real) => (_request, response) => void response.writeHead(307, { location: `${real.url}/add-checkpoint` }).end()],
    ['cosigns with another key', (real) => async (request, response) => response.end(await forward(real, request))],
    ['answers without end', () => (_request, response) => void setInterval(() => response.write('— x '.repeat(10_000)), 1).unref()],
    ['answers with what is no cosignature', () => (_request, response) => void response.end('— witness.example/w1 AAAA\n')],
    [
      'says 409 without a size',
      () => (_request, response) => void response.writeHead(409, { 'content-type': 'text/x.tlog.size' }).end('many\n'),
    ],
    [
      'says 409 again and again',
      () => (_request, response) => void response.writeHead(409, { 'content-type': 'text/x.tlog.size' }).end('1\n'),
    ],
    ['hangs up', () => (request) => void request.socket.destroy()],
  ];
  const forward = async (real: RunningWitness, request: http.IncomingMessage): Promise<string> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    return (await fetch(`${real.url}/add-checkpoint`, { method: 'POST', body: Buffer.concat(chunks) })).text();
  };
  for (const [what, answer] of impostors)
    it(`one in a witness’s place that ${what} counts for nothing`, async () => {
      // The one in its place is asked; the key that is configured is the second witness's.
      await inPlace(answer(running[0]!), async (url) => {
        const journal = await start(1, [{ url, vkey: running[1]!.vkey }]);
        await grow(journal, 3);
        await assert.rejects(journal.covering(4), uncosigned);
        assert.equal(journal.size, 4);
        await journal.close();
        assert.ok(
          events().length > 0 && events().every((event) => event === 'witness-failed' || event === 'witness-disagrees'),
          events().join(),
        );
      });
    });
});
