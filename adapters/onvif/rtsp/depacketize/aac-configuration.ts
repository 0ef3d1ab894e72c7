// AudioSpecificConfig (ISO/IEC 14496-3 section 1.6.2.1), as far as time and channels need it.

export interface AacFacts {
  /** Hz, of the core coder: with SBR half of what is heard. */
  coreRate: number;
  channels: number;
  /** Samples of the core coder in one access unit. */
  frameSamples: number;
}

const rates = [96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000, 7_350];
const channelsOf = [0, 1, 2, 3, 4, 5, 6, 8];

/** Null for what is no AAC that we can tell the time of. */
export function readAacConfiguration(configuration: Buffer): AacFacts | null {
  let at = 0;
  const bits = (count: number): number => {
    let value = 0;
    for (; count > 0; count--, at++) value = value * 2 + (((configuration[at >> 3] ?? 0) >> (7 - (at & 7))) & 1);
    return value;
  };
  const objectType = (): number => {
    const type = bits(5);
    return type === 31 ? 32 + bits(6) : type;
  };
  const rate = (): number => {
    const index = bits(4);
    return index === 15 ? bits(24) : (rates[index] ?? 0);
  };
  let type = objectType();
  const coreRate = rate();
  const channels = channelsOf[bits(4)] ?? 0;
  // SBR and PS named outright: the rate of what is heard, then the coder below.
  if (type === 5 || type === 29) {
    rate();
    type = objectType();
  }
  // Main, LC, SSR, LTP: one frame of 1024 samples, or 960 where the first bit of GASpecificConfig says so.
  if (type < 1 || type > 4 || coreRate === 0 || at >= 8 * configuration.length) return null;
  return { coreRate, channels, frameSamples: bits(1) ? 960 : 1024 };
}
