// Two profiles over one store: each reads what the other sealed, neither takes one for the other, and openssl opens what SM4 sealed.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createCipheriv, randomBytes } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { gmEncipher, gmOpen } from '../../plugin/domain/formats/gm-cipher.js';
import type { Problem } from '../../plugin/domain/problem.js';
import { MasterKeys } from '../../plugin/keys/master.js';
import { Objects } from '../../plugin/store/objects.js';
import { headerBytes } from '../../plugin/store/segments.js';

const masterKeys = new Map([[1, randomBytes(32)]]);
const text = randomBytes(1_048_576 + 33);

describe('profiles', () => {
  let folder: string;
  let count = 0;
  const under = (suite: 'aes' | 'sm4', keys = masterKeys): Objects =>
    new Objects({ folder, keys: new MasterKeys(keys, suite), newId: () => `object-${count++}` });
  const seal = async (objects: Objects): Promise<string> => {
    const writer = await objects.create();
    await writer.write(text);
    return (await writer.finish()).object;
  };
  const read = async (objects: Objects, id: string): Promise<Buffer> => {
    const pieces: Buffer[] = [];
    for await (const piece of objects.read(id)) pieces.push(piece);
    return Buffer.concat(pieces);
  };
  const file = (id: string): string => path.join(folder, `${id}.sealed`);
  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'exportgate-profiles-'));
  });
  afterEach(() => fs.rmSync(folder, { recursive: true }));

  it('what one sealed the other reads, and it says itself how', async () => {
    for (const [by, reader, magic] of [['aes', 'sm4', 'EGSEAL1\n'], ['sm4', 'aes', 'EGSEAL2\n']] as const) {
      const id = await seal(under(by));
      assert.equal(fs.readFileSync(file(id)).toString('latin1', 0, 8), magic);
      assert.ok((await read(under(reader), id)).equals(text));
    }
  });

  it('said to be sealed the other way, it is refused', async () => {
    for (const [by, said] of [['aes', '2'], ['sm4', '1']] as const) {
      const id = await seal(under(by));
      const bytes = fs.readFileSync(file(id));
      bytes.write(said, 6);
      fs.writeFileSync(file(id), bytes);
      await assert.rejects(read(under(by), id), (thrown: Problem) => thrown.code === 'object-corrupt');
    }
  });

  it('wrapped keys open under either, for one object and one version, every bit of them', () => {
    const dataKey = randomBytes(32);
    const [aes, sm4] = [new MasterKeys(masterKeys), new MasterKeys(masterKeys, 'sm4')];
    for (const [wraps, opens] of [[aes, sm4], [sm4, aes]] as const) {
      const { wrapped } = wraps.wrap(dataKey, 'object-1');
      assert.ok(opens.unwrap(wrapped, 1, 'object-1').equals(dataKey));
      assert.ok(!wrapped.includes(dataKey) && wrapped.length <= 127);
      assert.notDeepEqual(wraps.wrap(dataKey, 'object-1').wrapped, wrapped);
      const wrong: [Buffer, number, string][] = [[wrapped, 1, 'object-2'], [wrapped, 2, 'object-1'], [wrapped.subarray(0, 20), 1, 'object-1'], [wrapped.subarray(8), 1, 'object-1']];
      for (let byte = 0; byte < wrapped.length; byte++) wrong.push([Buffer.from(wrapped.map((value, at) => (at === byte ? value ^ 1 : value))), 1, 'object-1']);
      for (const [bytes, version, object] of wrong) assert.throws(() => opens.unwrap(bytes, version, object), (thrown: Problem) => thrown.code === 'key-invalid');
    }
  });

  it('SM4 is the SM4 of GB/T 32907, HMAC-SM3 is openssl’s, and the text opens with openssl alone', () => {
    const block = Buffer.from('0123456789abcdeffedcba9876543210', 'hex');
    assert.equal(createCipheriv('sm4-ecb', block, null).update(block).toString('hex'), '681edf34d206965e86b3e94f536e4246');
    const [key, iv, data, plain] = [randomBytes(32), randomBytes(16), Buffer.from('associated'), randomBytes(1000)];
    const [sealed, tag] = gmEncipher(key, iv, data, plain);
    const openssl = (args: readonly string[], input: Buffer): Buffer => execFileSync('openssl', args, { input });
    const derive = (what: string): string =>
      openssl(['dgst', '-sm3', '-mac', 'HMAC', '-macopt', `hexkey:${key.toString('hex')}`], Buffer.from(`exportgate/gm/${what}`)).toString().trim().split(' ').at(-1)!;
    assert.ok(openssl(['enc', '-d', '-sm4-ctr', '-K', derive('sm4').slice(0, 32), '-iv', iv.toString('hex')], sealed).equals(plain));
    const signed = Buffer.concat([Buffer.from('000000000000000a', 'hex'), data, iv, sealed]);
    const mac = openssl(['dgst', '-sm3', '-mac', 'HMAC', '-macopt', `hexkey:${derive('hmac-sm3')}`], signed).toString().trim().split(' ').at(-1)!;
    assert.equal(tag.toString('hex'), mac.slice(0, 32));
  });

  it('a tag fits one text, one iv, one key and one split of text and data', () => {
    const [key, iv, data, plain] = [randomBytes(32), randomBytes(16), Buffer.from('data'), Buffer.from('text')];
    const [sealed, tag] = gmEncipher(key, iv, data, plain);
    assert.ok(gmOpen(key, iv, data, sealed, tag)?.update(sealed).equals(plain));
    const shifted = Buffer.concat([data, sealed.subarray(0, 1)]);
    const wrong: Parameters<typeof gmOpen>[] = [
      [randomBytes(32), iv, data, sealed, tag], [key, randomBytes(16), data, sealed, tag], [key, iv, Buffer.from('dat'), sealed, tag],
      [key, iv, shifted, sealed.subarray(1), tag], [key, iv, data, Buffer.alloc(4), tag], [key, iv, data, sealed, tag.subarray(1)], [key, iv, data, sealed, Buffer.alloc(0)],
    ];
    for (const each of wrong) assert.equal(gmOpen(...each), null);
  });

  it('blocks of one segment never meet those of the next: the same text gives another in each', async () => {
    const writer = await under('sm4').create();
    await writer.write(Buffer.alloc(2 * 1_048_576));
    const { object } = await writer.finish();
    const bytes = fs.readFileSync(file(object)).subarray(headerBytes);
    const blocks = new Set<string>();
    for (let at = 0; at + 16 <= bytes.length; at += 4096) blocks.add(bytes.toString('hex', at, at + 16));
    assert.equal(blocks.size, Math.floor((bytes.length - 16) / 4096) + 1);
  });
});
