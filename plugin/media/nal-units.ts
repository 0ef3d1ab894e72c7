// Length-prefixed NAL units (ISO/IEC 14496-15, 4 bytes big endian) taken apart, never changed.
import { Problem } from '../domain/problem.js';

/** nal_unit_type of H.264 (ITU-T H.264, table 7-1). */
export const nalType = { slice: 1, idr: 5, sps: 7, pps: 8 } as const;

export const typeOf = (unit: Buffer): number => unit[0]! & 0x1f;

/** A configuration record gives the length of a parameter set in 16 bits. Problem `codec-unsupported`: it is longer. */
export function judgeLength(set: Buffer): void {
  if (set.length > 65_535) throw new Problem('codec-unsupported', 'A parameter set of the recorder is longer than any file can name.');
}

/** Units as configuration records hold them: each behind its length, 2 bytes. */
export const counted = (units: readonly Buffer[]): Buffer[] =>
  units.flatMap((unit) => {
    const length = Buffer.alloc(2);
    length.writeUInt16BE(unit.length);
    return [length, unit];
  });

/** Views into `data`, one per NAL unit. Problem `wrong-footage`: the lengths do not add up. */
export function splitUnits(data: Buffer): Buffer[] {
  const units: Buffer[] = [];
  for (let at = 0; at < data.length;) {
    const bytes = at + 4 <= data.length ? data.readUInt32BE(at) : 0;
    if (bytes === 0 || at + 4 + bytes > data.length)
      throw new Problem('wrong-footage', 'An access unit from the recorder is cut: the lengths of its NAL units do not add up.');
    units.push(data.subarray(at + 4, at + 4 + bytes));
    at += 4 + bytes;
  }
  if (units.length === 0) throw new Problem('wrong-footage', 'The recorder sent an access unit without content.');
  return units;
}
