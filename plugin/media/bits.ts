// Reads the bit fields of a parameter set or slice header (ITU-T H.264, 7.2 and 9.1; H.265 has the same).
import { Problem } from '../domain/problem.js';

export interface Bits {
  /** u(n), n up to 32. */
  bits(count: number): number;
  /** ue(v). */
  unsigned(): number;
  /** se(v). */
  signed(): number;
}

/** Takes out emulation prevention bytes: 00 00 03 → 00 00 (7.3.1). */
function withoutEmulation(unit: Buffer): Buffer {
  const kept: number[] = [];
  let zeros = 0;
  for (const byte of unit) {
    if (zeros >= 2 && byte === 3) zeros = 0;
    else {
      kept.push(byte);
      zeros = byte === 0 ? zeros + 1 : 0;
    }
  }
  return Buffer.from(kept);
}

/** Reads behind the NAL header. Problem `codec-unsupported`: the unit ends too early or a number is out of range. */
export function readBits(unit: Buffer, headerBytes = 1): Bits {
  const bytes = withoutEmulation(unit.subarray(headerBytes));
  let at = 0;
  const bit = (): number => {
    const byte = bytes[at >> 3];
    if (byte === undefined) throw new Problem('codec-unsupported', 'A parameter set or slice header of the recorder is cut.');
    return (byte >> (7 - (at++ & 7))) & 1;
  };
  const bits = (count: number): number => {
    let value = 0;
    for (let done = 0; done < count; done++) value = value * 2 + bit();
    return value;
  };
  const unsigned = (): number => {
    let zeros = 0;
    while (bit() === 0)
      if (++zeros > 31)
        throw new Problem('codec-unsupported', 'A parameter set or slice header of the recorder holds a number out of range.');
    return 2 ** zeros - 1 + bits(zeros);
  };
  const signed = (): number => {
    const code = unsigned();
    return code % 2 === 1 ? (code + 1) / 2 : -code / 2;
  };
  return { bits, unsigned, signed };
}
