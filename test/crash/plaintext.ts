// Is there footage in the clear in a file? Finds MP4 boxes, the recorder's own parameter sets and pictures, and x264's signature.
import fs from 'node:fs';
import type { Recorder } from '../support/recorder/start-recorder.js';
import { filesUnder } from './place.js';

interface Sign {
  name: string;
  bytes: Buffer;
  /** Four letters stand in encrypted bytes by chance now and then: what stands around them must fit too. */
  fits(file: Buffer, at: number): boolean;
}

const always = (): boolean => true;
const letters = (file: Buffer, at: number): boolean => /^[a-zA-Z0-9 ]{4}$/.test(file.toString('latin1', at, at + 4));

/** A box is a size of 32 bits, then its type (ISO/IEC 14496-12, 4.2); size 1 means that the real one follows in 64 bits. */
const boxSign = (type: string, begins: (file: Buffer, at: number) => boolean): Sign => ({
  name: `an MP4 box ${type}`,
  bytes: Buffer.from(type),
  fits(file, at) {
    if (at < 4) return false;
    const size = file.readUInt32BE(at - 4);
    return (size <= 1 || (size >= 8 && size <= file.length)) && begins(file, at + 4);
  },
});

/** NAL units of the footage that the recorder sends: parameter sets whole, and the middle of a key frame's slice. */
function unitSigns(recorder: Recorder, span: { from: string; to: string }): Sign[] {
  const { nals } = recorder.expectedUnits(span)[0]!;
  const kinds = new Map(nals.map((nal) => [nal[0]! & 0x1f, nal]));
  const [sps, slice] = [kinds.get(7), kinds.get(5)];
  if (!sps || !slice || sps.length < 8 || slice.length < 256) throw new Error('The footage does not begin with a key frame that has its parameter sets.');
  return [
    { name: 'a sequence parameter set', bytes: sps, fits: always },
    { name: 'a slice of the footage', bytes: slice.subarray(128, 192), fits: always },
  ];
}

export function signsOf(recorder: Recorder, span: { from: string; to: string }): Sign[] {
  return [
    boxSign('ftyp', letters),
    boxSign('moov', (file, at) => file.toString('latin1', at + 4, at + 8) === 'mvhd'),
    boxSign('mdat', always),
    { name: 'a signature of x264', bytes: Buffer.from('x264 - core'), fits: always },
    ...unitSigns(recorder, span),
  ];
}

export function plaintextIn(bytes: Buffer, signs: readonly Sign[]): string[] {
  return signs.filter((sign) => {
    for (let at = bytes.indexOf(sign.bytes); at >= 0; at = bytes.indexOf(sign.bytes, at + 1)) if (sign.fits(bytes, at)) return true;
    return false;
  }).map((sign) => sign.name);
}

/** `file: what`, for all files under the folders; `but`: a folder that is left out. */
export async function findPlaintext(folders: readonly string[], signs: readonly Sign[], but = ''): Promise<string[]> {
  const files = (await Promise.all(folders.map(filesUnder))).flat().filter((file) => but === '' || !file.startsWith(`${but}/`));
  const found: string[] = [];
  for (const file of files) {
    // A file that was renamed while we looked is looked at under its new name next time.
    const bytes = await fs.promises.readFile(file).catch(() => Buffer.alloc(0));
    found.push(...plaintextIn(bytes, signs).map((what) => `${file}: ${what}`));
  }
  return found;
}

export type { Sign };
