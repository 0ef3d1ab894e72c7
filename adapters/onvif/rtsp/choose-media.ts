// Which media of a recording are set up, and which of them are kept: the first video, and the first audio that the gate understands.
import { Problem } from '../../../plugin/domain/problem.js';
import type { LeftOut } from '../../../plugin/domain/vms.js';
import { keepAudio, keepVideo, type Kept } from './codecs.js';
import type { Media, SessionDescription } from './sdp.js';

export interface Chosen {
  /** All video and audio, in the order of the description. Metadata is not asked for. */
  all: readonly Media[];
  /** Track 0 is the video. */
  kept: readonly Kept[];
  leftOut: readonly LeftOut[];
}

/** Beyond this many media a description is not a recording. */
const mostMedia = 16;

const nameOf = ({ encoding, payloadType }: Media): string => encoding.slice(0, 32) || `payload type ${payloadType}`;

const whyNot = ({ kind }: Media, kept: number): LeftOut['why'] => (kind === 'video' || kept > 1 ? 'second' : 'codec');

/** Problems: `codec-unsupported`, `vms-fault`. Audio that cannot be kept is read over. */
export function chooseMedia({ media }: SessionDescription): Chosen {
  const all = media.filter(({ kind }) => kind === 'video' || kind === 'audio').slice(0, mostMedia);
  const video = all.find(({ kind }) => kind === 'video');
  if (!video) throw new Problem('codec-unsupported', 'The recording has no video track.');
  const kept: Kept[] = [keepVideo(video)];
  const leftOut: LeftOut[] = [];
  for (const each of all) {
    const audio = each.kind === 'audio' && kept.length === 1 ? keepAudio(each, 1) : null;
    if (audio) kept.push(audio);
    else if (each !== video) leftOut.push({ kind: each.kind as LeftOut['kind'], encoding: nameOf(each), why: whyNot(each, kept.length) });
  }
  return { all, kept, leftOut };
}
