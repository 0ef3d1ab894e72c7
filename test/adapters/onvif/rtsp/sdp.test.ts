// Session descriptions as servers write them.
import assert from 'node:assert/strict';
import { parameterSetsOf, readSdp } from '../../../../adapters/onvif/rtsp/sdp.js';

const text = [
  'v=0',
  's=replay',
  'a=control:*',
  'm=video 0 RTP/AVP 96',
  'a=rtpmap:96 h264/90000',
  'a=fmtp:96 Packetization-Mode=1; sprop-parameter-sets=Z2QAHqy0,aO88sA==;x',
  'a=control:stream=0',
  'a=x-onvif-track:VIDEO000',
  'm=audio 0 RTP/AVP 96',
  'a=rtpmap:96 MPEG4-GENERIC/48000/1',
  'a=control:stream=1',
  'a:x-onvif-track:AUDIO001',
  'm=application 0 RTP/AVP 107',
  '',
];

describe('session description', () => {
  for (const [name, end] of [
    ['CRLF', '\r\n'],
    ['LF', '\n'],
  ] as const)
    it(`is read with ${name} line ends`, () => {
      const { control, media } = readSdp(text.join(end));
      assert.equal(control, '*');
      assert.deepEqual(
        media.map(({ kind, payloadType, encoding, clockRate, control: track, token }) => [
          kind,
          payloadType,
          encoding,
          clockRate,
          track,
          token,
        ]),
        [
          ['video', 96, 'H264', 90_000, 'stream=0', 'VIDEO000'],
          ['audio', 96, 'MPEG4-GENERIC', 48_000, 'stream=1', 'AUDIO001'],
          ['application', 107, '', 0, null, null],
        ],
      );
      assert.deepEqual(
        media.map(parameterSetsOf).map((sets) => sets.map((set) => set.toString('hex'))),
        [['6764001eacb4', '68ef3cb0'], [], []],
      );
    });
  it('names codecs by their payload type where no rtpmap does, and tells channels', () => {
    const { media } = readSdp('m=audio 0 RTP/AVP 0\nm=audio 0 RTP/AVP 8\nm=video 0 RTP/AVP 26\nm=audio 0 RTP/AVP 97\na=rtpmap:97 MPEG4-GENERIC/44100/2');
    assert.deepEqual(
      media.map(({ encoding, clockRate, channels }) => [encoding, clockRate, channels]),
      [
        ['PCMU', 8000, null],
        ['PCMA', 8000, null],
        ['JPEG', 90_000, null],
        ['MPEG4-GENERIC', 44_100, 2],
      ],
    );
  });
  it('may be empty or rubbish', () => {
    assert.deepEqual(readSdp('').media, []);
    assert.equal(readSdp('m=\nm=video').media.length, 2);
  });
});
