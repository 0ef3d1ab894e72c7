// H.265 out of RTP: each packing of RFC 7798 that is read, and those that are not.
import assert from 'node:assert/strict';
import { makeH265 } from '../../../../../adapters/onvif/rtsp/depacketize/h265.js';
import { makePictures } from '../../../../../adapters/onvif/rtsp/depacketize/pictures.js';
import { nalsOf, packetsOf, read } from './packets.js';

const readH265 = (rows: readonly string[]) => read((emit) => makePictures(makeH265(), emit), packetsOf(rows)).units;

describe('H.265 depacketizer', () => {
  // Types: TRAIL_R 1 (02), IDR_W_RADL 19 (26), CRA 21 (2a), VPS 32 (40), SPS 33 (42), PPS 34 (44), SEI 39 (4e); AP 48 (60), FU 49 (62).
  const good: [string, string[], string[]][] = [
    ['single units', ['0201aa!', '@1 0201bb!'], ['0201aa', '0201bb']],
    ['an aggregation packet', ['6001 0003 4001aa 0003 4201bb 0003 2601cc!'], ['4001aa 4201bb 2601cc']],
    ['fragments: type from the FU header, layer and temporal id from the payload header', ['6203 93 aa', '6203 13 bb', '6203 53 cc!'], ['2603aabbcc']],
    ['parameter sets with a marker, SEI, a picture', ['4001!', '4201!', '4401!', '4e0105', '2601aa!'], ['4001 4201 4401 4e0105 2601aa']],
  ];
  for (const [name, packets, units] of good) it(name, () => assert.deepEqual(readH265(packets).map(nalsOf), units));

  const bad: [string, string[], string][] = [
    ['a unit of one byte', ['02!'], 'vms-fault'],
    ['an empty packet', ['!'], 'codec-unsupported'],
    ['an aggregation of nothing', ['6001!'], 'vms-fault'],
    ['an aggregation longer than its packet', ['6001 0009 4001!'], 'vms-fault'],
    ['an aggregation of a unit without header', ['6001 0001 40!'], 'vms-fault'],
    ['a fragment without its beginning', ['6203 13 aa!'], 'vms-fault'],
    ['a fragment that begins and ends at once', ['6203 d3 aa!'], 'vms-fault'],
    ['an empty fragment', ['6203 93!'], 'vms-fault'],
    ['another unit inside fragments', ['6203 93 aa', '0201bb!'], 'vms-fault'],
    ['a PACI packet', ['6401 aabbcc!'], 'codec-unsupported'],
    ['a type that is not defined', ['7e01 aabbcc!'], 'codec-unsupported'],
  ];
  for (const [name, packets, code] of bad) it(`refuses ${name}`, () => assert.throws(() => readH265(packets), { code }));

  const keys: [string, number, boolean][] = [
    ['TRAIL_R', 1, false],
    ['RASL_R', 9, false],
    ['BLA_W_LP', 16, true],
    ['IDR_W_RADL', 19, true],
    ['IDR_N_LP', 20, true],
    ['CRA', 21, true],
    ['a reserved IRAP', 22, false],
  ];
  for (const [name, type, key] of keys)
    it(`${name} is ${key ? 'a' : 'no'} key`, () => assert.equal(readH265([`${(type << 1).toString(16).padStart(2, '0')}01aa!`])[0]?.key, key));
});
