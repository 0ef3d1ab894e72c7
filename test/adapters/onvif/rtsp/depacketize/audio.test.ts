// AAC (RFC 3640) and G.711 (RFC 3551) out of RTP, and the configuration of AAC (ISO/IEC 14496-3).
import assert from 'node:assert/strict';
import { makeAac, type AacPacking } from '../../../../../adapters/onvif/rtsp/depacketize/aac.js';
import { readAacConfiguration } from '../../../../../adapters/onvif/rtsp/depacketize/aac-configuration.js';
import { makeG711 } from '../../../../../adapters/onvif/rtsp/depacketize/g711.js';
import { hex, packetsOf, read, startMicros } from './packets.js';

const hbr: AacPacking = { sizeLength: 13, indexLength: 3, indexDeltaLength: 3, ticks: 1920 };
const readAac = (rows: readonly string[], packing = hbr) => read((emit) => makeAac(packing, emit), packetsOf(rows));
const told = (rows: readonly string[], packing = hbr): string[] =>
  readAac(rows, packing).units.map(({ data, utcMicros }) => `${data.toString('hex')}+${Math.round((utcMicros - startMicros) / 1000)}`);

describe('AAC depacketizer', () => {
  const good: [string, string[], string[]][] = [
    ['one unit', ['0010 0018 aabbcc!', '@1 0010 0010 ddee!'], ['aabbcc+0', 'ddee+100']],
    ['several units, counted on by their length', ['0030 0008 0010 0008 aa bbcc dd!'], ['aa+0', 'bbcc+21', 'dd+43']],
    ['a unit over three packets', ['0010 0028 aabb', '?0010 0028 cc', '0010 0028 ddee!'], ['aabbccddee+0']],
  ];
  for (const [name, rows, units] of good) it(name, () => assert.deepEqual(told(rows), units));
  it('fields of other lengths', () => assert.deepEqual(told(['0008 0c aabbcc!'], { ...hbr, sizeLength: 6, indexLength: 2, indexDeltaLength: 2 }), ['aabbcc+0']));

  const bad: [string, string[], string][] = [
    ['nothing', ['!'], 'vms-fault'],
    ['no header', ['0000 aa!'], 'vms-fault'],
    ['headers longer than the packet', ['0040 0018!'], 'vms-fault'],
    ['headers cut in their middle', ['0011 0018 00 aabbcc!'], 'vms-fault'],
    ['several units longer than the packet', ['0020 0008 0020 aabb!'], 'vms-fault'],
    ['a unit of nothing', ['0010 0000!'], 'vms-fault'],
    ['interleaving', ['0010 0019 aabbcc!'], 'codec-unsupported'],
    ['another unit inside fragments', ['0010 0028 aabb', '@1 0010 0010 ccdd!'], 'vms-fault'],
    ['fragments longer than their unit', ['0010 0018 aabb', '0010 0018 ccdd!'], 'vms-fault'],
  ];
  for (const [name, rows, code] of bad) it(`refuses ${name}`, () => assert.throws(() => told(rows), { code }));
  it('knows a unit that is cut', () => assert.ok(readAac(['0010 0028 aabb']).isCut));

  const configurations: [string, string, ReturnType<typeof readAacConfiguration>][] = [
    ['LC, 48 kHz, mono', '118856e500', { coreRate: 48_000, channels: 1, frameSamples: 1024 }],
    ['LC, 44.1 kHz, stereo', '1210', { coreRate: 44_100, channels: 2, frameSamples: 1024 }],
    ['LC of 960 samples', '118c', { coreRate: 48_000, channels: 1, frameSamples: 960 }],
    ['HE-AAC named outright, 24 kHz core', '2b0988', { coreRate: 24_000, channels: 1, frameSamples: 1024 }],
    ['a rate in full', '17801f400800', { coreRate: 16_000, channels: 1, frameSamples: 1024 }],
    ['nothing', '', null],
    ['ER-AAC-LD', 'b98800', null],
  ];
  for (const [name, config, facts] of configurations)
    it(`configuration: ${name}`, () => assert.deepEqual(readAacConfiguration(hex(config)), facts));
});

describe('G.711 depacketizer', () => {
  it('gives the samples of each packet', () => {
    const { units } = read(makeG711, packetsOf(['d5d5!', '@1 d5']));
    assert.deepEqual(
      units.map(({ data, key, utcMicros }) => [data.toString('hex'), key, utcMicros - startMicros]),
      [
        ['d5d5', true, 0],
        ['d5', true, 100_000],
      ],
    );
  });
  it('refuses an empty packet', () => assert.throws(() => read(makeG711, packetsOf(['!'])), { code: 'vms-fault' }));
});
