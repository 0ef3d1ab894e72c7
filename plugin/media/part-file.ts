// What a part is written into: the file's form, its tracks, where its bytes go. Two writers know how: container (MP4, MOV) and matroska.
import type { AudioCodec, Track } from '../domain/vms.js';

export type Container = 'mp4' | 'mov' | 'mkv';

/** Where a part's bytes go. Positions ascend, save that Matroska's in the first MiB are written again at the end. `data` is the target's own. */
export interface PartTarget {
  write(data: Buffer, position: number): Promise<void>;
}

export interface Picture {
  /** RFC 6381 (`avc1.64001f`, `hvc1.1.6.L93.B0`); `mjpeg`. */
  codec: string;
  width: number;
  height: number;
  /** avcC, hvcC (ISO/IEC 14496-15); empty for JPEG. */
  configuration: Buffer;
}

export interface Sound {
  codec: AudioCodec;
  channels: number;
  /** Hz. */
  sampleRate: number;
  /** AudioSpecificConfig (ISO/IEC 14496-3) of AAC; empty for G.711. */
  configuration: Buffer;
}

/** Presentation times are microseconds against the first picture shown; what is below 0 is in the file and not shown. */
export interface PartFile {
  /** In decode order. */
  addPicture(data: Buffer, micros: number, durationMicros: number, key: boolean): Promise<void>;
  addSound(data: Buffer, micros: number, durationMicros: number): Promise<void>;
  /** `shownMicros`: where the last picture shown ends; pictures after it are in the file and not shown. */
  finish(shownMicros: number): Promise<void>;
  /** Gives up: what was written so far is no file. */
  cancel(): Promise<void>;
}

export interface PartForm {
  picture: Picture;
  sound: Sound | null;
  /** What the file says when it was made: the footage's time, so that the same samples give the same bytes. */
  creation: Date;
}

/** G.711 does not fit MP4 (ISO/IEC 14496-14 has no name for it); mediabunny does not know JPEG. */
export function containerFor(tracks: readonly Track[]): Container {
  if (tracks.some((track) => track.codec === 'jpeg')) return 'mkv';
  return tracks.some((track) => track.codec === 'pcmu' || track.codec === 'pcma') ? 'mov' : 'mp4';
}
