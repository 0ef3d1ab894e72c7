// JPEG out of RTP (RFC 2435): the file that is made, tables computed, sent and remembered, and ONVIF's JPEG extension.
import assert from 'node:assert/strict';
import { makeJpeg } from '../../../../../adapters/onvif/rtsp/depacketize/jpeg.js';
import { quantizersOf } from '../../../../../adapters/onvif/rtsp/depacketize/jpeg-tables.js';
import { makePictures } from '../../../../../adapters/onvif/rtsp/depacketize/pictures.js';
import { readJpeg } from '../../../../support/recorder/jpeg.js';
import { hex, packetOf, packetsOf, read } from './packets.js';

const readPackets = (packets: readonly Buffer[]): Buffer[] => read((emit) => makePictures(makeJpeg(), emit), packets).units.map(({ data }) => data);
const files = (rows: readonly string[]): Buffer[] => readPackets(packetsOf(rows));
const tables = (byte: string, bytes = 128): string => byte.repeat(bytes);

describe('JPEG depacketizer', () => {
  // Main header: 00, offset (3 bytes), type, Q, width / 8, height / 8.
  const good: [string, string[], Partial<ReturnType<typeof readJpeg>>][] = [
    ['4:2:2', ['00000000 00 32 28 1e aabbcc!'], { width: 320, height: 240, type: 0, restartInterval: 0, scan: hex('aabbcc') }],
    ['4:2:0 in three packets', ['00000000 01 32 28 1e aabb', '00000002 01 32 28 1e cc', '00000003 01 32 28 1e dd!'], { type: 1, scan: hex('aabbccdd') }],
    ['restart markers', ['00000000 41 32 28 1e 0004ffff aa', '00000001 41 32 28 1e 0004ffff bb!'], { type: 1, restartInterval: 4, scan: hex('aabb') }],
    ['its own end marker', ['00000000 01 32 28 1e aaffd9!'], { scan: hex('aa') }],
    ['tables of its own', [`00000000 01 ff 28 1e 00000080 ${tables('07')} aa!`], { tables: hex(tables('07')), scan: hex('aa') }],
    ['computed tables', ['00000000 01 32 28 1e aa!'], { tables: quantizersOf(50) }],
  ];
  for (const [name, rows, facts] of good)
    it(name, () => {
      const [file] = files(rows);
      assert.ok(file);
      const picture = readJpeg(file);
      for (const [key, value] of Object.entries(facts)) assert.deepEqual(picture[key as keyof typeof picture], value, key);
      assert.equal(file.toString('hex', 0, 12), 'ffd8ffe000104a4649460001');
      assert.equal(file.toString('hex', file.length - 2), 'ffd9');
    });
  it('remembers the tables of Q from 128 to 254', () => {
    const [first, second] = files([`00000000 01 80 28 1e 00000080 ${tables('09')} aa!`, '@1 00000000 01 80 28 1e 00000000 aa!']);
    assert.deepEqual(first, second);
  });
  it('takes sizes and tables from the JPEG extension', () => {
    // Segments: SOF0 of 4096 x 2160, DQT of one table; then filling.
    const sof = 'ffc0 0011 08 0870 1000 03 01 22 00 02 11 00 03 11 00';
    const segments = hex(`ffdb 0043 00 ${tables('0b', 64)} ${sof} ffffff`);
    const words = Math.ceil(segments.length / 4);
    const extension = Buffer.concat([hex('abac'), Buffer.of(0, 4 + words), hex('ed4e1c20 00000000 00000000 ffd8'), Buffer.of(0, words), segments, Buffer.alloc(4 * words - segments.length, 0xff)]);
    const plain = packetOf({ payload: hex('00000000 01 32 00 00 aa'), marker: true });
    const [file] = readPackets([Buffer.concat([plain.subarray(0, 12), extension, plain.subarray(28)])]);
    const { width, height, tables: used } = readJpeg(file as Buffer);
    assert.deepEqual([width, height, used.toString('hex', 0, 2)], [4096, 2160, '0b0b']);
  });
  // T.81 K.1 scaled: quality 50 leaves the tables, 99 and 1 are the ends.
  for (const [quality, luma] of [
    [50, '100b0c0e'],
    [75, '08060607'],
    [99, '01010101'],
    [1, 'ffffffff'],
  ] as const)
    it(`tables of quality ${quality}`, () => assert.equal(quantizersOf(quality).toString('hex', 0, 4), luma));

  const bad: [string, string[], string][] = [
    ['an empty packet', ['!'], 'vms-fault'],
    ['a packet without the first one', ['00000005 01 32 28 1e aa!'], 'vms-fault'],
    ['a piece that is missing', ['00000000 01 32 28 1e aabb', '00000003 01 32 28 1e cc!'], 'vms-fault'],
    ['two beginnings', ['00000000 01 32 28 1e', '00000000 01 32 28 1e aa!'], 'vms-fault'],
    ['a restart header cut off', ['00000000 41 32 28 1e 0004!'], 'vms-fault'],
    ['tables cut off', ['00000000 01 ff 28 1e 00000080 aabb!'], 'vms-fault'],
    ['tables of a strange length', ['00000000 01 ff 28 1e 00000002 aabb cc!'], 'vms-fault'],
    ['no tables where each picture brings its own', ['00000000 01 ff 28 1e 00000000 aa!'], 'vms-fault'],
    ['tables never sent', ['00000000 01 80 28 1e 00000000 aa!'], 'vms-fault'],
    ['a quality not defined', ['00000000 01 00 28 1e aa!'], 'codec-unsupported'],
    ['a type not defined', ['00000000 05 32 28 1e aa!'], 'codec-unsupported'],
    ['no size', ['00000000 01 32 00 1e aa!'], 'codec-unsupported'],
  ];
  for (const [name, rows, code] of bad) it(`refuses ${name}`, () => assert.throws(() => files(rows), { code }));
});
