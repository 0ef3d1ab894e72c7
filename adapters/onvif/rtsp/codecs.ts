// Which media of a session description can be kept, and how their packets are read: the one list of codecs.
import { Problem } from '../../../plugin/domain/problem.js';
import type { AudioTrack, Track, VideoTrack } from '../../../plugin/domain/vms.js';
import { makeAac } from './depacketize/aac.js';
import { readAacConfiguration } from './depacketize/aac-configuration.js';
import type { Depacketizer, Emit } from './depacketize/depacketizer.js';
import { makeG711 } from './depacketize/g711.js';
import { makeH264 } from './depacketize/h264.js';
import { makeH265 } from './depacketize/h265.js';
import { makeJpeg } from './depacketize/jpeg.js';
import { makePictures } from './depacketize/pictures.js';
import { parameterSetsOf, type Media } from './sdp.js';

/** A medium that is kept. */
export interface Kept<T extends Track = Track> {
  track: T;
  media: Media;
  depacketizer(emit: Emit): Depacketizer;
}

const unsupported = (detail: string): Problem => new Problem('codec-unsupported', detail);
const numberOf = (media: Media, name: string): number => Number.parseInt(media.parameters.get(name) ?? '0', 10);

const forms = { H264: ['h264', makeH264], H265: ['h265', makeH265], JPEG: ['jpeg', makeJpeg] } as const;
const isForm = (encoding: string): encoding is keyof typeof forms => Object.hasOwn(forms, encoding);

/** Problems: `codec-unsupported`, `vms-fault`. */
export function keepVideo(media: Media): Kept<VideoTrack> {
  const { encoding, clockRate, token } = media;
  if (!isForm(encoding))
    throw unsupported(`The recording’s video is ${encoding.slice(0, 20) || 'of a form not named'}; the gate takes H264, H265 and JPEG.`);
  if (!(clockRate > 0)) throw new Problem('vms-fault', 'The recorder describes video without a clock rate.');
  // RFC 6184 section 6.4; RFC 7798 section 6 (DON fields in every packet).
  if (numberOf(media, 'packetization-mode') > 1 || numberOf(media, 'sprop-max-don-diff') > 0)
    throw unsupported('The recorder interleaves its pictures’ packets, which the gate does not read.');
  const [codec, makeForm] = forms[encoding];
  const parameterSets = codec === 'jpeg' ? [] : parameterSetsOf(media);
  if (parameterSets.some((set) => set.length > 65_535)) throw unsupported('The recorder describes a parameter set longer than 64 kB.');
  const track: VideoTrack = { track: 0, token: token ?? 'video', kind: 'video', codec, clockRate, parameterSets };
  return { track, media, depacketizer: (emit) => makePictures(makeForm(), emit) };
}

function keepAac(media: Media, facts: Pick<AudioTrack, 'track' | 'token' | 'kind' | 'clockRate'>): Kept<AudioTrack> | null {
  const configuration = Buffer.from(media.parameters.get('config') ?? '', 'hex');
  const aac = readAacConfiguration(configuration);
  const [sizeLength, indexLength, indexDeltaLength] = ['sizelength', 'indexlength', 'indexdeltalength'].map((name) =>
    numberOf(media, name),
  );
  // Fields of an AU header that a stream of audio has no use for (RFC 3640 section 3.2.1).
  const further = ['ctsdeltalength', 'dtsdeltalength', 'randomaccessindication', 'streamstateindication', 'auxiliarydatasizelength'];
  if (!aac || !sizeLength || sizeLength > 24 || further.some((name) => numberOf(media, name) > 0)) return null;
  const channels = media.channels ?? aac.channels;
  if (channels < 1 || (indexLength ?? 0) > 24 || (indexDeltaLength ?? 0) > 24) return null;
  const ticks = (aac.frameSamples * media.clockRate) / aac.coreRate;
  const packing = { sizeLength, indexLength: indexLength ?? 0, indexDeltaLength: indexDeltaLength ?? 0, ticks };
  return { track: { ...facts, codec: 'aac', channels, configuration }, media, depacketizer: (emit) => makeAac(packing, emit) };
}

/** The law by name; plain “G711” only where the payload type tells which (RFC 3551 table 4). */
function g711(media: Media): 'pcmu' | 'pcma' | null {
  if (/^(PCMU|G\.?711-?(U|MU)(LAW)?)$/.test(media.encoding)) return 'pcmu';
  if (/^(PCMA|G\.?711-?A(LAW)?)$/.test(media.encoding)) return 'pcma';
  if (/^G\.?711$/.test(media.encoding)) return media.payloadType === 0 ? 'pcmu' : media.payloadType === 8 ? 'pcma' : null;
  return null;
}

/** Null where the gate cannot keep it: it is read over. */
export function keepAudio(media: Media, track: number): Kept<AudioTrack> | null {
  if (!(media.clockRate > 0)) return null;
  const facts = { track, token: media.token ?? 'audio', kind: 'audio', clockRate: media.clockRate } as const;
  if (media.encoding === 'MPEG4-GENERIC') return keepAac(media, facts);
  const law = g711(media);
  if (!law) return null;
  return { track: { ...facts, codec: law, channels: media.channels ?? 1, configuration: Buffer.alloc(0) }, media, depacketizer: makeG711 };
}
