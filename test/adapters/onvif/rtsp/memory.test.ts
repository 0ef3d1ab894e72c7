// What is known again after a break: the picture itself, not the SEI around it; also where a group of pictures is larger than what is kept.
import assert from 'node:assert/strict';
import type { AccessUnit } from '../../../../adapters/onvif/rtsp/access-unit.js';
import { makeMemory } from '../../../../adapters/onvif/rtsp/memory.js';
import { hex } from './depacketize/packets.js';

const nal = (bytes: Buffer): Buffer => Buffer.concat([Buffer.of(bytes.length >>> 24, (bytes.length >> 16) & 255, (bytes.length >> 8) & 255, bytes.length & 255), bytes]);
const flags = { c: false, e: false, d: false, t: false };
const picture = (utcMicros: number, content: string, { key = false, sei = '0601', size = 0, counted = false } = {}): AccessUnit => ({
  ...{ track: 0, utcMicros, key, counted, flags, sequence: [0, 0] as const },
  data: Buffer.concat([nal(hex(sei)), nal(Buffer.concat([hex(key ? '65' : '41'), Buffer.from(content), Buffer.alloc(size)]))]),
});
const sound = (utcMicros: number): AccessUnit => ({ ...picture(utcMicros, ''), track: 1 });

function remember(units: readonly AccessUnit[]): ReturnType<typeof makeMemory> {
  const memory = makeMemory('h264');
  memory.begin();
  for (const unit of units) if (memory.isNew(unit)) memory.keep(unit);
  memory.begin();
  return memory;
}
const group = (size = 0): AccessUnit[] => [
  picture(0, 'a', { key: true }),
  picture(40_000, 'b'),
  picture(2e6, 'c', { key: true, size }),
  picture(2_080_000, 'd', { size }),
  picture(2_040_000, 'e', { size }),
];

describe('the memory of a pull', () => {
  for (const [name, size] of [
    ['a small group of pictures', 0],
    ['a group larger than 32 MB', 12 * 1024 * 1024],
  ] as const) {
    it(`${name}: begins at its last key frame, knows what came, lets the rest pass`, () => {
      const memory = remember(group(size));
      assert.equal(memory.from(), 2e6);
      assert.equal(memory.latest(), 2_080_000);
      const again = [...group(size), picture(2_120_000, 'f')];
      assert.deepEqual(again.map((unit) => memory.isNew(unit)), [false, false, false, false, false, true]);
    });
    it(`${name}: another picture in its middle is wrong-footage`, () => {
      const memory = remember(group(size));
      assert.throws(() => group(size).map((unit, index) => memory.isNew(index === 4 ? picture(2_040_000, 'x', { size }) : unit)), { code: 'wrong-footage' });
    });
  }
  it('does not mind other SEI or parameter sets', () => {
    const memory = remember(group());
    assert.ok(group().every((unit) => !memory.isNew({ ...unit, data: Buffer.concat([nal(hex('6764')), unit.data]) })));
  });
  const wrong: [string, AccessUnit][] = [
    ['another key frame at the same time', picture(2e6, 'x', { key: true })],
    ['a key frame later than the last one', picture(3e6, 'c', { key: true })],
  ];
  for (const [name, unit] of wrong) it(`${name} is wrong-footage`, () => assert.throws(() => remember(group()).isNew(unit), { code: 'wrong-footage' }));
  it('knows counted times by their pictures, and goes on by the first count', () => {
    const memory = remember(group().map((unit) => ({ ...unit, counted: true })));
    const next = { ...picture(2_120_000 - 500_000, 'f'), counted: true };
    const again = group().map((unit) => ({ ...unit, utcMicros: unit.utcMicros - 500_000, counted: true }));
    assert.ok(again.every((unit) => !memory.isNew(unit)));
    assert.ok(memory.isNew(next));
    assert.equal(next.utcMicros, 2_120_000);
  });
  it('drops audio that was heard, and begins where audio lies behind', () => {
    const memory = remember([...group(), sound(1_900_000), sound(1_920_000)]);
    assert.equal(memory.from(), 1_920_000);
    assert.deepEqual([1_900_000, 1_920_001, 1_940_000, 1_930_000].map((time) => memory.isNew(sound(time))), [false, false, true, true]);
  });
  it('passes no picture before the first key frame', () => assert.equal(makeMemory('h264').isNew(picture(0, 'a')), false));
});
