// Matroska that is read while it is written: a segment of unknown size (RFC 9559, section 5.1; RFC 8794, 6.2), units as they come, in decode
// order, each with its own presentation time.
import { unknownSize } from './ebml.js';
import { clusterHead, header, info, pictureTrack, segmentId, soundTrack, tracks } from './matroska-elements.js';
import type { PartForm } from './part-file.js';

/** What stands before the first unit. */
export const streamHead = (form: Pick<PartForm, 'picture' | 'sound'>): Buffer =>
  Buffer.concat([header(), segmentId, unknownSize(), info(), tracks(form)]);

/** `micros` is 0 or more: there is no time before the beginning. */
export const pictureUnit = (data: Buffer, micros: number, key: boolean): Buffer =>
  Buffer.concat([clusterHead(pictureTrack, micros, data.length, key), data]);

export const soundUnit = (data: Buffer, micros: number): Buffer => Buffer.concat([clusterHead(soundTrack, micros, data.length), data]);
