// What DESCRIBE answers (RFC 4566): one medium for each track, named by `a=x-onvif-track` (ONVIF Streaming, replay).
import type { Faults } from './faults.js';
import type { MediaTrack } from './mp4.js';

export const tokenOf = (track: MediaTrack): string => (track.kind === 'video' ? 'VIDEO001' : 'AUDIO001');

/** RTP payload type: static ones where RFC 3551 has one. */
export function payloadTypeOf(track: MediaTrack, faults: Faults): number {
  if (faults.sdp?.sameType) return 96;
  return { h264: 96, h265: 96, jpeg: 26, aac: 97, pcmu: 0, pcma: 8 }[track.codec];
}

/** RFC 3640 section 4.1, of AAC-hbr. */
const sizes = 'sizelength=13;indexlength=3;indexdeltalength=3';

function formatOf(track: MediaTrack, faults: Faults): { name: string; parameters: string } {
  const sets = faults.sdp?.noParameterSets ? [] : track.parameterSets.map((set) => set.toString('base64'));
  switch (track.codec) {
    case 'h264': {
      const profile = track.parameterSets[0]?.toString('hex', 1, 4) ?? '';
      const sprop = sets.length ? `;sprop-parameter-sets=${sets.join(',')}` : '';
      return { name: 'H264/90000', parameters: `packetization-mode=1;profile-level-id=${profile}${sprop}` };
    }
    case 'h265':
      return {
        name: 'H265/90000',
        parameters: ['vps', 'sps', 'pps'].flatMap((name, index) => (sets[index] ? [`sprop-${name}=${sets[index]}`] : [])).join(';'),
      };
    case 'jpeg':
      return { name: 'JPEG/90000', parameters: '' };
    case 'aac':
      return {
        name: `MPEG4-GENERIC/${track.clockRate}/${track.channels}`,
        parameters: `streamtype=5;profile-level-id=1;mode=AAC-hbr;${sizes};config=${track.configuration.toString('hex')}`,
      };
    case 'pcmu':
      return { name: `PCMU/${track.clockRate}`, parameters: '' };
    case 'pcma':
      return { name: `PCMA/${track.clockRate}`, parameters: '' };
  }
}

function medium(track: MediaTrack, index: number, url: string, faults: Faults): string[] {
  const [type, { name, parameters }] = [payloadTypeOf(track, faults), formatOf(track, faults)];
  return [
    `m=${track.kind} 0 RTP/AVP ${type}`,
    `a=rtpmap:${type} ${name}`,
    ...(parameters ? [`a=fmtp:${type} ${parameters}`] : []),
    `a=control:${url.replace(/(\?|$)/, `/track${index}$1`)}`,
    `${faults.sdp?.colon ? 'a:' : 'a='}x-onvif-track:${tokenOf(track)}`,
    'a=recvonly',
  ];
}

export function describeSession(tracks: readonly MediaTrack[], url: string, faults: Faults): string {
  const metadata = [
    'm=application 0 RTP/AVP 107',
    'a=rtpmap:107 vnd.onvif.metadata/90000',
    `a=control:${url.replace(/(\?|$)/, '/track9$1')}`,
    'a=x-onvif-track:META001',
    'a=recvonly',
  ];
  return [
    'v=0',
    'o=- 1 1 IN IP4 127.0.0.1',
    's=replay',
    'c=IN IP4 0.0.0.0',
    't=0 0',
    'a=control:*',
    ...tracks.flatMap((track, index) => medium(track, index, url, faults)),
    ...(faults.sdp?.metadata ? metadata : []),
    '',
  ].join('\r\n');
}
