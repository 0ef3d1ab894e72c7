// Sample entries: which codec a track holds, and what a decoder must know before its first sample.
import { boxesIn, descend } from './boxes.js';

export interface Entry {
  kind: 'video' | 'audio';
  codec: 'h264' | 'h265' | 'jpeg' | 'aac' | 'pcmu' | 'pcma';
  /** RTP clock, Hz. */
  clockRate: number;
  channels: number;
  /** NAL units: SPS, PPS; H.265: VPS, SPS, PPS. */
  parameterSets: Buffer[];
  /** AudioSpecificConfig of AAC. */
  configuration: Buffer;
}

const bare = { channels: 0, parameterSets: [], configuration: Buffer.alloc(0) };

/** AVCDecoderConfigurationRecord (ISO/IEC 14496-15 section 5.3.3.1). */
function setsOfAvcC(avcC: Buffer): Buffer[] {
  const sets: Buffer[] = [];
  let at = 5;
  for (const mask of [0x1f, 0xff]) {
    const count = (avcC[at++] ?? 0) & mask;
    for (let index = 0; index < count; index++) {
      const length = avcC.readUInt16BE(at);
      sets.push(avcC.subarray(at + 2, at + 2 + length));
      at += 2 + length;
    }
  }
  return sets;
}

/** HEVCDecoderConfigurationRecord (ISO/IEC 14496-15 section 8.3.3.1), without its SEI. */
function setsOfHvcC(hvcC: Buffer): Buffer[] {
  const sets: Buffer[] = [];
  let at = 23;
  for (let arrays = hvcC[22] ?? 0; arrays > 0; arrays--) {
    const type = (hvcC[at] ?? 0) & 0x3f;
    const count = hvcC.readUInt16BE(at + 1);
    at += 3;
    for (let index = 0; index < count; index++) {
      const length = hvcC.readUInt16BE(at);
      if (type >= 32 && type <= 34) sets.push(hvcC.subarray(at + 2, at + 2 + length));
      at += 2 + length;
    }
  }
  return sets;
}

/** The DecoderSpecificInfo inside an ES_Descriptor (ISO/IEC 14496-1 section 7.2.6). */
function configurationOf(esds: Buffer): Buffer {
  for (let at = 4; at < esds.length;) {
    const tag = esds[at++];
    let size = 0;
    for (let byte = 0x80; byte & 0x80;) {
      byte = esds[at++] ?? 0;
      size = (size << 7) | (byte & 0x7f);
    }
    if (tag === 5) return esds.subarray(at, at + size);
    // Into an ES_Descriptor and a DecoderConfigDescriptor, over everything else.
    at += tag === 3 ? 3 : tag === 4 ? 13 : size;
  }
  throw new Error('The MP4 has AAC without its configuration.');
}

/** Null for what the recorder does not play. */
export function readEntry(stsd: Buffer): Entry | null {
  const entry = boxesIn(stsd.subarray(8))[0];
  if (!entry) return null;
  // A VisualSampleEntry is 78 bytes before its boxes, an AudioSampleEntry 28.
  const audio = (): { channels: number; clockRate: number } => ({
    channels: entry.body.readUInt16BE(16),
    clockRate: entry.body.readUInt16BE(24),
  });
  switch (entry.type) {
    case 'avc1':
      return {
        ...bare,
        kind: 'video',
        codec: 'h264',
        clockRate: 90_000,
        parameterSets: setsOfAvcC(descend(entry.body.subarray(78), 'avcC')),
      };
    case 'hvc1':
    case 'hev1':
      return {
        ...bare,
        kind: 'video',
        codec: 'h265',
        clockRate: 90_000,
        parameterSets: setsOfHvcC(descend(entry.body.subarray(78), 'hvcC')),
      };
    case 'jpeg':
      return { ...bare, kind: 'video', codec: 'jpeg', clockRate: 90_000 };
    case 'mp4a': {
      const configuration = configurationOf(descend(entry.body.subarray(28), 'esds'));
      // channelConfiguration is believed, the entry's own count is not (ISO/IEC 14496-3 section 1.6.2.1).
      return { ...bare, kind: 'audio', codec: 'aac', ...audio(), channels: ((configuration[1] ?? 0) >> 3) & 15, configuration };
    }
    case 'ulaw':
      return { ...bare, kind: 'audio', codec: 'pcmu', ...audio() };
    case 'alaw':
      return { ...bare, kind: 'audio', codec: 'pcma', ...audio() };
    default:
      return null;
  }
}
