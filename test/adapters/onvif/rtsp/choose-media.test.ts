// Which media are kept: by the session description alone.
import assert from 'node:assert/strict';
import { chooseMedia } from '../../../../adapters/onvif/rtsp/choose-media.js';
import { readSdp } from '../../../../adapters/onvif/rtsp/sdp.js';

const video = ['m=video 0 RTP/AVP 96', 'a=rtpmap:96 H264/90000'];
const audio = (encoding: string, fmtp = '', type = 97): string[] => [`m=audio 0 RTP/AVP ${type}`, `a=rtpmap:${type} ${encoding}`, `a=fmtp:${type} ${fmtp}`];
const aac = 'config=1190;sizelength=13;indexlength=3;indexdeltalength=3';
const choose = (lines: readonly string[]) => chooseMedia(readSdp(lines.join('\r\n')));
const named = (lines: readonly string[]): string =>
  choose(lines).kept.map(({ track }) => (track.kind === 'audio' ? `${track.codec}/${track.clockRate}/${track.channels}` : track.codec)).join(' ');

describe('of a session description', () => {
  const rows: [string, string[], string][] = [
    ['video alone', video, 'h264'],
    ['AAC beside it', [...video, ...audio('MPEG4-GENERIC/48000/2', aac)], 'h264 aac/48000/2'],
    ['AAC whose channels only its configuration tells', [...video, ...audio('mpeg4-generic/48000', aac)], 'h264 aac/48000/2'],
    ['AAC before the video', [...audio('MPEG4-GENERIC/48000/2', aac), ...video], 'h264 aac/48000/2'],
    ['AAC without configuration', [...video, ...audio('MPEG4-GENERIC/48000/2', 'sizelength=13')], 'h264'],
    ['AAC with fields that audio does not need', [...video, ...audio('MPEG4-GENERIC/48000/2', `${aac};ctsdeltalength=4`)], 'h264'],
    ['LATM is read over', [...video, ...audio('MP4A-LATM/48000/2')], 'h264'],
    ['the first audio that is understood', [...video, ...audio('MP4A-LATM/48000/2'), ...audio('PCMA/8000')], 'h264 pcma/8000/1'],
    ['PCMU by its number', [...video, 'm=audio 0 RTP/AVP 0'], 'h264 pcmu/8000/1'],
    ['G711 by its number', [...video, ...audio('G711/8000', '', 8)], 'h264 pcma/8000/1'],
    ['G711 of a number of its own: of which law?', [...video, ...audio('G711/8000')], 'h264'],
    ['G711U', [...video, ...audio('G711U/16000/2')], 'h264 pcmu/16000/2'],
    ['two videos: the first', [...video, 'm=video 0 RTP/AVP 26'], 'h264'],
    ['H.265', ['m=video 0 RTP/AVP 96', 'a=rtpmap:96 H265/90000', 'a=fmtp:96 sprop-max-don-diff=0'], 'h265'],
    ['JPEG by its number', ['m=video 0 RTP/AVP 26'], 'jpeg'],
  ];
  for (const [name, lines, kept] of rows) it(`${name}: ${kept}`, () => assert.equal(named(lines), kept));

  const left: [string, string[], object[]][] = [
    ['nothing', [...video, ...audio('MPEG4-GENERIC/48000/2', aac)], []],
    ['audio in a form that cannot be kept', [...video, ...audio('G726-32/8000')], [{ kind: 'audio', encoding: 'G726-32', why: 'codec' }]],
    ['a second audio and a second video', [...video, ...audio('PCMA/8000'), ...audio('PCMU/8000'), 'm=video 0 RTP/AVP 26'], [{ kind: 'audio', encoding: 'PCMU', why: 'second' }, { kind: 'video', encoding: 'JPEG', why: 'second' }]],
  ];
  for (const [name, lines, leftOut] of left) it(`left out and told: ${name}`, () => assert.deepEqual(choose(lines).leftOut, leftOut));

  it('all audio and video is set up, metadata is not', () =>
    assert.deepEqual(
      choose([...video, ...audio('MP4A-LATM/8000'), 'm=application 0 RTP/AVP 107', 'm=video 0 RTP/AVP 26']).all.map(({ kind }) => kind),
      ['video', 'audio', 'video'],
    ));
  it('parameter sets of H.265 come in their order', () => {
    const { track } = choose(['m=video 0 RTP/AVP 96', 'a=rtpmap:96 H265/90000', 'a=fmtp:96 sprop-pps=RAE=;sprop-vps=QAE=;sprop-sps=QgE=']).kept[0] ?? {};
    assert.deepEqual(track?.kind === 'video' && track.parameterSets.map((set) => set.toString('hex')), ['4001', '4201', '4401']);
  });

  const refused: [string, string[], string][] = [
    ['no video', audio('PCMA/8000'), 'codec-unsupported'],
    ['nothing', [], 'codec-unsupported'],
    ['a codec not known', ['m=video 0 RTP/AVP 96', 'a=rtpmap:96 VP8/90000'], 'codec-unsupported'],
    ['a codec not named', ['m=video 0 RTP/AVP 96'], 'codec-unsupported'],
    ['a codec named like a member of every object', ['m=video 0 RTP/AVP 96', 'a=rtpmap:96 constructor/90000'], 'codec-unsupported'],
    ['interleaved H.264', [...video, 'a=fmtp:96 packetization-mode=2'], 'codec-unsupported'],
    ['H.265 with DONL', ['m=video 0 RTP/AVP 96', 'a=rtpmap:96 H265/90000', 'a=fmtp:96 sprop-max-don-diff=2'], 'codec-unsupported'],
    ['no clock rate', ['m=video 0 RTP/AVP 96', 'a=rtpmap:96 H264/0'], 'vms-fault'],
  ];
  for (const [name, lines, code] of refused) it(`refuses ${name}`, () => assert.throws(() => choose(lines), { code }));
});
