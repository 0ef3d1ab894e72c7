// The recorder in a box: what it plays is what the file holds, for every codec, and each switch does what it says. Seen by a client that
// knows nothing of our adapter.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Faults } from '../../support/recorder/faults.js';
import { readJpeg } from '../../support/recorder/jpeg.js';
import { askSoap, openRtsp, type RawPacket, type RawReply, type RawRtsp, type SoapAnswer } from '../../support/recorder/raw-client.js';
import { startRecorder, type Recorder, type RecorderOptions } from '../../support/recorder/start-recorder.js';

const fixture = (name: string): string => fileURLToPath(new URL(`../../fixtures/${name}`, import.meta.url));
const login = { user: 'operator', password: 'box-password' };
const start = new Date('2026-03-01T02:00:00Z');
const at = (seconds: number): string => new Date(start.getTime() + seconds * 1000).toISOString();
const clock = (seconds: number): string => at(seconds).replace(/[-:]/g, '');
const pair = { cert: readFileSync(fixture('tls/cert.pem')), key: readFileSync(fixture('tls/key.pem')) };

async function withBox<T>(options: Partial<RecorderOptions>, work: (box: Recorder) => Promise<T>): Promise<T> {
  const box = await startRecorder({ media: fixture('street-b.mp4'), ...login, start, end: new Date(at(600)), ...options });
  try {
    return await work(box);
  } finally {
    await box.close();
  }
}

interface Played {
  how: 'bye' | 'closed' | 'quiet';
  client: RawRtsp;
  description: string;
  status: number;
  media: RawPacket[];
}

interface PlayOptions {
  from?: number;
  to?: number;
  tracks?: number;
  require?: boolean;
  quietMs?: number;
}

/** DESCRIBE, SETUP of each track, PLAY, until nothing more comes. `status` is the first that is not 200. */
async function playFrom(box: Recorder, { from = 10.35, to = 12, tracks = 2, require = true, quietMs = 150 }: PlayOptions = {}): Promise<Played> {
  const client = await openRtsp(box.rtspUrl, login);
  const url = `${box.rtspUrl}?recording=REC_1&stream=0`;
  const described = await client.ask('DESCRIBE', url, ['Accept: application/sdp']);
  const controls = [...described.body.matchAll(/a=control:(rtsps?:\S+)/g)].map((found) => found[1] ?? '').slice(0, tracks);
  const required = require ? ['Require: onvif-replay'] : [];
  const result = (how: Played['how'], reply: RawReply): Played => ({
    how,
    client,
    description: described.body,
    status: reply.status,
    media: client.packets.filter((packet) => packet.isMedia),
  });
  let reply = described;
  for (const [index, control] of controls.entries()) {
    if (reply.status !== 200) break;
    reply = await client.ask('SETUP', control, [`Transport: RTP/AVP/TCP;unicast;interleaved=${2 * index}-${2 * index + 1}`, ...required]);
  }
  if (reply.status === 200) reply = await client.ask('PLAY', url, [...required, `Range: clock=${clock(from)}-${clock(to)}`, 'Rate-Control: no']);
  if (reply.status !== 200) {
    client.close();
    return result('closed', reply);
  }
  const how = await client.ended(controls.length, quietMs);
  client.close();
  return result(how, reply);
}

/** Units as NAL units again (RFC 6184, RFC 7798), or AAC units, or whole packets; each with its time. */
function unitsOf(codec: string, packets: readonly RawPacket[]): { utcMicros: number; parts: Buffer[] }[] {
  const units: { utcMicros: number; parts: Buffer[] }[] = [];
  const head = codec === 'h265' ? 2 : 1;
  for (const { payload, extension } of packets) {
    if (extension) units.push({ utcMicros: extension.utcMicros, parts: [] });
    const parts = units.at(-1)?.parts ?? [];
    const first = payload[0] ?? 0;
    const type = codec === 'h265' ? (first >> 1) & 63 : first & 31;
    if (codec === 'aac') {
      const count = payload.readUInt16BE(0) / 16;
      let from = 2 + 2 * count;
      for (let index = 0; index < count; index++) {
        const size = payload.readUInt16BE(2 + 2 * index) >> 3;
        parts.push(payload.subarray(from, from + size));
        from += size;
      }
    } else if (codec.startsWith('pcm')) parts.push(payload);
    else if (type === (codec === 'h265' ? 48 : 24))
      for (let from = head; from < payload.length; from += 2 + payload.readUInt16BE(from)) parts.push(payload.subarray(from + 2, from + 2 + payload.readUInt16BE(from)));
    else if (type === (codec === 'h265' ? 49 : 28)) {
      const header = payload[head] ?? 0;
      const own = codec === 'h265' ? Buffer.of((first & 0x81) | ((header & 63) << 1), payload[1] ?? 0) : Buffer.of((first & 0xe0) | (header & 31));
      if (header & 0x80) parts.push(own);
      parts[parts.length - 1] = Buffer.concat([parts.at(-1) ?? own, payload.subarray(head + 1)]);
    } else parts.push(payload);
  }
  return units;
}

const video = (played: Played): RawPacket[] => played.media.filter((packet) => packet.channel === 0);
const audio = (played: Played): RawPacket[] => played.media.filter((packet) => packet.channel === 2);
const times = (packets: readonly RawPacket[]): number[] => packets.flatMap(({ extension }) => (extension ? [extension.utcMicros] : []));
const holeOf = (packets: readonly RawPacket[]): number =>
  packets.filter((packet, index) => index > 0 && packet.sequence !== (((packets[index - 1]?.sequence ?? 0) + 1) & 0xffff)).length;

describe('the recorder in a box', () => {
  describe('plays what the file holds', () => {
    const span = { from: at(10.35), to: at(14.2) };
    const rows: [string, Partial<RecorderOptions>, string, string | null][] = [
      ['H.264', { media: fixture('street.mp4') }, 'h264', null],
      ['H.264 with B-frames and AAC, three units a packet', { faults: { audioUnitsPerPacket: 3 } }, 'h264', 'aac'],
      ['H.265', { media: fixture('street-h265.mp4') }, 'h265', null],
      ['H.264 with mu-law', { media: fixture('street-g711.mov') }, 'h264', 'pcmu'],
      ['H.264 with A-law', { media: fixture('street-g711.mov'), aLaw: true }, 'h264', 'pcma'],
      ['uneven times', { unevenRate: true }, 'h264', 'aac'],
      ['across the seam and a hole', { holes: [{ from: new Date(at(11)), to: new Date(at(13)) }] }, 'h264', 'aac'],
      ['packets made one by one', { faults: { bytesPerSecond: 1e9 } }, 'h264', 'aac'],
    ];
    for (const [name, options, picture, sound] of rows)
      it(name, () =>
        withBox(options, async (box) => {
          const played = await playFrom(box, { to: 16.2 });
          assert.equal(played.how, 'bye');
          const wanted = box.expectedUnits(span);
          assert.ok(wanted.length > 10 && wanted[0]?.key);
          const inside = wanted.map(({ utcMicros, nals }) => ({ utcMicros, parts: nals }));
          assert.deepEqual(unitsOf(picture, video(played)).slice(0, inside.length), inside);
          assert.equal(holeOf(video(played)) + holeOf(audio(played)), 0);
          if (!sound) return;
          const heard = box.expectedUnits(span, 1).flatMap(({ nals }) => nals);
          const got = unitsOf(sound, audio(played)).flatMap(({ parts }) => parts);
          assert.ok(heard.length > 10);
          assert.deepEqual(got.slice(0, heard.length), heard);
        }));
    it('Motion JPEG', () =>
      withBox({ media: fixture('street-jpeg.mov') }, async (box) => {
        const packets = video(await playFrom(box));
        const scans: Buffer[] = [];
        for (const { payload } of packets) {
          const isFirst = payload.readUIntBE(1, 3) === 0;
          assert.equal(payload[4], 1, '4:2:0');
          if (isFirst) scans.push(payload.subarray(8 + 4 + 128));
          else scans[scans.length - 1] = Buffer.concat([scans.at(-1) ?? payload, payload.subarray(8)]);
        }
        const wanted = box.expectedUnits({ from: at(10.35), to: at(12) });
        assert.deepEqual(
          scans,
          wanted.map(({ nals }) => readJpeg(nals[0] ?? Buffer.alloc(0)).scan),
        );
      }));
    it('the same packets fast and one by one', () =>
      withBox({}, async (box) => {
        const seen = (played: Played): unknown => played.media.map(({ payload, extension, ...rest }) => ({ ...rest, payload, extension: { ...extension, cseq: 0 } }));
        const fast = seen(await playFrom(box));
        box.faults.bytesPerSecond = 1e9;
        assert.deepEqual(seen(await playFrom(box)), fast);
      }));
    it('other footage from an instant on, without a gap', () =>
      withBox({ media: fixture('street.mp4'), later: { media: fixture('street-h265.mp4').replace('h265.mp4', 'b.mp4'), from: new Date(at(12)) } }, async (box) => {
        const units = unitsOf('h264', video(await playFrom(box, { tracks: 1, from: 11.5, to: 13 })));
        const sets = new Set(units.flatMap(({ parts }) => parts.filter((part) => ((part[0] ?? 0) & 31) === 7)).map((set) => set.toString('hex')));
        assert.equal(sets.size, 2);
        assert.deepEqual(
          units.map(({ utcMicros }) => utcMicros),
          box.expectedUnits({ from: at(11.5), to: at(13.5) }).map(({ utcMicros }) => utcMicros).slice(0, units.length),
        );
      }));
    it('https and rtsps', () =>
      withBox({ tls: pair }, async (box) => {
        assert.match(box.url, /^https:/);
        assert.equal((await askSoap(box.url, { service: 'tds', operation: 'GetDeviceInformation' }, login)).status, 200);
        assert.equal((await playFrom(box)).how, 'bye');
      }));
  });

  describe('RTSP switches', () => {
    const first = (played: Played): number => times(video(played))[0] ?? 0;
    const asked = start.getTime() * 1000 + 10_350_000;
    const rows: [string, Partial<Faults>, PlayOptions, (played: Played, box: Recorder) => void][] = [
      ['refuseLogin', { refuseLogin: true }, {}, ({ status }) => assert.equal(status, 401)],
      ['algorithms', { algorithms: ['MD5', 'SHA-256'] }, {}, ({ how }) => assert.equal(how, 'bye')],
      ['nonceUses', { nonceUses: 1 }, {}, ({ how }, box) => {
        assert.equal(how, 'bye');
        assert.ok(box.requests.rtsp.filter((line) => line.startsWith('PLAY')).length === 2, 'the PLAY was asked again with a new nonce');
      }],
      ['silentPlays', { silentPlays: 1 }, {}, ({ how, media }) => assert.deepEqual([how, media.length], ['quiet', 0])],
      ['needsAllTracks', { needsAllTracks: true }, { tracks: 1 }, ({ how, media }) => assert.deepEqual([how, media.length], ['quiet', 0])],
      ['needsAllTracks, all set up', { needsAllTracks: true }, {}, ({ how }) => assert.equal(how, 'bye')],
      ['live', { live: true }, {}, (played) => assert.ok(Math.abs(first(played) - Date.now() * 1000) < 60e6)],
      ['no Require', {}, { require: false }, (played) => assert.ok(Math.abs(first(played) - Date.now() * 1000) < 60e6)],
      ['requireStatus', { requireStatus: 551 }, {}, ({ status }) => assert.equal(status, 551)],
      ['requireStatus, without Require', { requireStatus: 551 }, { require: false }, (played) => assert.ok(Math.abs(first(played) - asked) < 2e6)],
      ['status: DESCRIBE 503', { status: { DESCRIBE: 503 } }, {}, ({ status }) => assert.equal(status, 503)],
      ['status: SETUP 461', { status: { SETUP: 461 } }, {}, ({ status }) => assert.equal(status, 461)],
      ['status: PLAY 457', { status: { PLAY: 457 } }, {}, ({ status }) => assert.equal(status, 457)],
      ['status: PLAY 454 once', { status: { PLAY: [454] } }, {}, ({ status }, box) => {
        assert.equal(status, 454);
        assert.deepEqual(box.faults.status?.PLAY, []);
      }],
      ['sdp: colon', { sdp: { colon: true } }, {}, ({ description }) => assert.match(description, /^a:x-onvif-track:VIDEO001\r$/m)],
      ['sdp: sameType', { sdp: { sameType: true } }, {}, (played) => assert.deepEqual(new Set(played.media.map((packet) => packet.payloadType)), new Set([96]))],
      ['sdp: noParameterSets', { sdp: { noParameterSets: true } }, {}, ({ description }) => assert.ok(!description.includes('sprop-parameter-sets'))],
      ['sdp: metadata', { sdp: { metadata: true } }, { tracks: 3 }, ({ description, media }) => {
        assert.match(description, /m=application/);
        assert.ok(media.length > 0);
      }],
      ['fromArchiveStart', { fromArchiveStart: true }, {}, (played) => assert.equal(first(played), start.getTime() * 1000)],
      ['lateSeconds', { lateSeconds: 30 }, { to: 42 }, (played) => assert.equal(first(played), asked - 350_000 + 30e6)],
      ['shiftSeconds', { shiftSeconds: -86_400 }, {}, (played) => assert.equal(first(played), asked - 350_000 - 86_400e6)],
      ['ignoreEnd', { ignoreEnd: true }, { to: 11, quietMs: 2_000 }, (played) => assert.ok(Math.max(...times(video(played))) > start.getTime() * 1000 + 590e6)],
      ['stepBack', { stepBack: { units: 5, seconds: 60 } }, {}, (played) => assert.ok(Math.min(...times(video(played))) < asked - 55e6)],
      ['clock: still', { clock: 'still' }, {}, (played) => assert.equal(new Set(times(played.media)).size, 1)],
      ['clock: microseconds', { clock: 'microseconds' }, {}, (played) => assert.ok(Math.max(...times(played.media)) - first(played) < 1000)],
      ['audioFromKey', { audioFromKey: true }, {}, (played) => assert.ok((times(audio(played))[0] ?? 0) < asked)],
      ['audio from the asked time', {}, {}, (played) => assert.ok((times(audio(played))[0] ?? 0) >= asked)],
      ['hugeParameterSet', { hugeParameterSet: true }, {}, (played) => assert.equal(unitsOf('h264', video(played))[0]?.parts[0]?.length, 70_000)],
      ['staleUnits', { staleUnits: 3 }, {}, (played) => {
        const cseqs = played.media.flatMap(({ extension }) => (extension ? [extension.cseq] : []));
        const own = cseqs.at(-1) ?? 0;
        assert.deepEqual(cseqs.slice(0, 5), [own - 1, own - 1, own - 1, own, own]);
      }],
      ['extension: none', { extension: 'none' }, {}, (played) => assert.ok(played.media.length > 0 && played.media.every((packet) => !packet.extension))],
      ['extension: every-packet', { extension: 'every-packet' }, {}, (played) => assert.ok(played.media.every((packet) => packet.extension))],
      ['extension: stream-start', { extension: 'stream-start' }, {}, (played) => assert.equal(times(played.media).length, 1)],
      ['longExtension', { longExtension: true }, {}, (played) => assert.deepEqual([video(played)[0]?.extension?.words, video(played)[0]?.extension?.rest.readUInt16BE(0)], [6, 0xffd8])],
      ['omitFlags', { omitFlags: ['c', 'd', 'e', 't'] }, {}, (played) => assert.ok(played.media.every(({ extension: x }) => !x || !(x.c || x.d || x.e || x.t)))],
      ['flags by themselves', {}, {}, (played) => {
        const flags = video(played).flatMap(({ extension }) => (extension ? [extension] : []));
        assert.ok(flags[0]?.c && flags[0].d && !flags[0].e);
        assert.ok(flags.at(-1)?.e && flags.at(-1)?.t && !flags.at(-1)?.d);
      }],
      ['cseqZero', { cseqZero: true }, {}, (played) => assert.equal(video(played)[0]?.extension?.cseq, 0)],
      ['cseqOff', { cseqOff: 7 }, {}, (played, box) => assert.equal(video(played)[0]?.extension?.cseq, box.requests.rtsp.length + 7)],
      ['cutAfterBytes', { cutAfterBytes: [5000] }, {}, ({ how, media }, box) => {
        assert.equal(how, 'closed');
        assert.ok(media.length > 0 && media.length < 10);
        assert.deepEqual(box.faults.cutAfterBytes, []);
      }],
      ['closeAfterBytes', { closeAfterBytes: 5000 }, {}, ({ how, media }) => assert.deepEqual([how, media.some(({ extension }) => extension?.e)], ['closed', false])],
      ['stallAfterBytes', { stallAfterBytes: 5000 }, {}, ({ how }) => assert.equal(how, 'quiet')],
      ['losePacket', { losePacket: 4 }, {}, (played) => assert.equal(holeOf(video(played)), 1)],
      ['oneByteChunks', { oneByteChunks: true }, { to: 10.5 }, ({ client, media }) => assert.ok(media.length > 0 && client.chunks > 500)],
      ['bytesPerSecond', { bytesPerSecond: 20_000 }, { quietMs: 40 }, ({ how }) => assert.equal(how, 'quiet')],
      ['repliesBetween', { repliesBetween: true }, {}, ({ client }) => assert.ok(client.strays.length > 3)],
      ['falseReports', { falseReports: true }, {}, ({ client }) =>
        assert.ok(client.packets.some((packet) => !packet.isMedia && packet.payload.length === 28 && packet.payload.readUInt32BE(8) > 0))],
      ['end: t-bit', { end: 't-bit' }, {}, (played) => assert.deepEqual([played.how, video(played).some(({ extension }) => extension?.t)], ['quiet', true])],
      ['end: bye', { end: 'bye' }, {}, (played) => assert.deepEqual([played.how, video(played).some(({ extension }) => extension?.t)], ['bye', false])],
      ['end: silent', { end: 'silent' }, {}, (played) => assert.deepEqual([played.how, video(played).some(({ extension }) => extension?.t)], ['quiet', false])],
      ['end: close', { end: 'close' }, {}, ({ how }) => assert.equal(how, 'closed')],
      ['endOn', { endOn: 'audio' }, {}, (played) => {
        assert.ok(!video(played).some(({ extension }) => extension?.t) && audio(played).some(({ extension }) => extension?.t));
        assert.deepEqual(played.client.packets.filter((packet) => !packet.isMedia).map((packet) => packet.channel), [3]);
      }],
      ['empty', { empty: true }, {}, ({ status }) => assert.equal(status, 457)],
    ];
    for (const [name, faults, how, check] of rows) it(name, () => withBox({ faults }, async (box) => check(await playFrom(box, how), box)));

    it('endlessPreRoll', () =>
      withBox({ faults: { endlessPreRoll: true } }, async (box) => {
        const client = await openRtsp(box.rtspUrl, login);
        const url = `${box.rtspUrl}?recording=REC_1&stream=0`;
        await client.ask('DESCRIBE', url);
        await client.ask('SETUP', `${box.rtspUrl}/track0?recording=REC_1`, ['Transport: RTP/AVP/TCP;unicast;interleaved=0-1']);
        await client.ask('PLAY', url, ['Require: onvif-replay', `Range: clock=${clock(10.35)}-`, 'Rate-Control: no']);
        for (let polls = 0; polls < 500 && client.packets.length < 1000; polls++) await client.ended(1, 5);
        client.close();
        assert.ok(client.packets.length >= 1000);
        assert.ok(times(client.packets).every((time) => time < asked));
      }));
    it('sessionSeconds: a client that says nothing gets no more', () =>
      withBox({ faults: { sessionSeconds: 0.2, bytesPerSecond: 20_000 } }, async (box) => {
        const { media } = await playFrom(box, { to: 60, quietMs: 400 });
        assert.ok(media.length > 0 && media.length < 20);
      }));
    it('bareAnswers', () =>
      withBox({ faults: { bareAnswers: true } }, async (box) => {
        const client = await openRtsp(box.rtspUrl, login);
        const { headers } = await client.ask('OPTIONS', box.rtspUrl);
        client.close();
        assert.deepEqual(headers, ['cseq: 1', 'public: OPTIONS, DESCRIBE, SETUP, PLAY, PAUSE, GET_PARAMETER, TEARDOWN']);
      }));
  });

  describe('SOAP switches', () => {
    const information = { service: 'tds', operation: 'GetDeviceInformation' } as const;
    const dates = { service: 'tds', operation: 'GetSystemDateAndTime' } as const;
    const summary = { service: 'tse', operation: 'GetRecordingSummary' } as const;
    const uri = { service: 'trp', operation: 'GetReplayUri', body: '<n:RecordingToken>REC_1</n:RecordingToken>' } as const;
    const events = { service: 'tse', operation: 'FindEvents', body: `<n:StartPoint>${at(-60)}</n:StartPoint><n:EndPoint>${at(60)}</n:EndPoint>` } as const;
    const utc = ({ body }: SoapAnswer): string =>
      (/UTCDateTime>([\s\S]*)<\/tt:UTCDateTime/.exec(body)?.[1]?.match(/\d+/g) ?? []).join(' ');
    const rows: [string, Partial<Faults>, Parameters<typeof askSoap>[1], (answer: SoapAnswer, box: Recorder) => void][] = [
      ['nothing', {}, information, ({ status, body }) => assert.ok(status === 200 && body.includes('Recorder in a box'))],
      ['refuseLogin', { refuseLogin: true }, information, ({ status }) => assert.equal(status, 401)],
      ['login: token', { login: 'token' }, information, ({ status, body, challenges }) => assert.deepEqual([status, body.includes('ter:NotAuthorized'), challenges.length], [400, true, 0])],
      ['algorithms', { algorithms: ['MD5', 'SHA-256'], refuseLogin: true }, information, ({ challenges }) => assert.deepEqual(challenges.map((each) => /algorithm=(\S+)/.exec(each)?.[1]), ['MD5', 'SHA-256'])],
      ['algorithms: SHA-256 alone', { algorithms: ['SHA-256'] }, information, ({ status }) => assert.equal(status, 200)],
      ['basicToo', { basicToo: true, refuseLogin: true }, information, ({ challenges }) => assert.match(challenges[0] ?? '', /^Basic/)],
      ['clockOffsetMs', { clockOffsetMs: 86_400_000 }, dates, (answer) => assert.equal(utc(answer), '2 1 0 2026 2 1')],
      ['utc: local', { utc: 'local' }, dates, (answer) => assert.equal(utc(answer), '10 1 0 2026 1 31')],
      ['utc: missing', { utc: 'missing' }, dates, ({ body }) => assert.ok(!body.includes('UTCDateTime') && body.includes('LocalDateTime'))],
      ['clockStepMs', { clockStepMs: 5000 }, dates, (_, box) => assert.equal(box.faults.clockOffsetMs, 5000)],
      ['soap: huge', { soap: 'huge' }, information, ({ body }) => assert.ok(body.length > 4_500_000)],
      ['soap: drip', { soap: 'drip' }, information, ({ complete, body }) => assert.ok(!complete && body.length < 1000)],
      ['soap: stall', { soap: 'stall' }, information, ({ complete, status }) => assert.deepEqual([complete, status], [false, 200])],
      ['soap: truncated', { soap: 'truncated' }, information, ({ complete, body }) => assert.ok(!complete && body.startsWith('<?xml'))],
      ['soap: cut', { soap: 'cut' }, information, ({ complete, body }) => assert.ok(complete && !body.includes('</s:Envelope>'))],
      ['soapOn another operation', { soap: 'cut', soapOn: 'FindEvents' }, information, ({ body }) => assert.ok(body.includes('</s:Envelope>'))],
      ['soapOn this operation', { soap: 'cut', soapOn: 'GetDeviceInformation' }, information, ({ body }) => assert.ok(!body.includes('</s:Envelope>'))],
      ['refuse', { refuse: ['GetDeviceInformation'] }, information, ({ status, body }) => assert.ok(status === 500 && body.includes('ter:ActionNotSupported'))],
      ['searchRefused', { searchRefused: true }, summary, ({ status }) => assert.equal(status, 500)],
      ['faultStatus', { faultStatus: 200, refuse: ['GetReplayUri'] }, uri, ({ status, body }) => assert.ok(status === 200 && body.includes('s:Fault'))],
      ['faultStyle: soap-1.1', { faultStyle: 'soap-1.1', refuse: ['GetReplayUri'] }, uri, ({ body }) => assert.match(body, /<faultcode>ter:ActionNotSupported/)],
      ['faultStyle: languages', { faultStyle: 'languages', refuse: ['GetReplayUri'] }, uri, ({ body }) => assert.match(body, /xml:lang="zh"[\s\S]*xml:lang="en"/)],
      ['foreignHost: services', { foreignHost: '192.0.2.7' }, { service: 'tds', operation: 'GetServices' }, ({ body }) => assert.match(body, /XAddr>http:..192\.0\.2\.7:\d+.onvif/)],
      ['foreignHost: replay', { foreignHost: '192.0.2.7' }, uri, ({ body }) => assert.match(body, /rtsp:..192\.0\.2\.7:\d+.replay\?recording=REC_1&#38;stream=0/)],
      ['noReplayUri', { noReplayUri: true }, uri, ({ status, body }) => assert.ok(status === 200 && !body.includes('Uri>rtsp'))],
      ['floats', { floats: true }, summary, ({ body }) => assert.match(body, /NumberRecordings>1\.000000</)],
      ['empty', { empty: true }, summary, ({ body }) => assert.match(body, /NumberRecordings>0</)],
      ['bounds1970', { bounds1970: true }, summary, ({ body }) => assert.match(body, /DataFrom>1970-01-01T00:03:15Z/)],
      ['emptyLists', { emptyLists: true }, { service: 'trc', operation: 'GetRecordings' }, ({ status, body }) => assert.ok(status === 200 && !body.includes('RecordingItem'))],
      ['constantToken', { constantToken: true }, events, ({ body }) => assert.match(body, /SearchToken>RecordingSearchToken_1</)],
    ];
    const now = () => new Date('2026-01-31T02:01:00Z');
    for (const [name, faults, call, check] of rows)
      it(name, () => withBox({ faults, now }, async (box) => check(await askSoap(box.url, call, login, { waitMs: 200 }), box)));

    it('a token within 20 seconds of the recorder’s clock is taken, another is not', () =>
      withBox({ faults: { login: 'token' }, now }, async (box) => {
        const ask = (token: Date): Promise<SoapAnswer> => askSoap(box.url, information, login, { token });
        assert.equal((await ask(new Date(now().getTime() + 15_000))).status, 200);
        assert.equal((await ask(new Date(now().getTime() + 25_000))).status, 400);
      }));
    it('nonceUses: a spent nonce is stale', () =>
      withBox({ faults: { nonceUses: 1 } }, async (box) => {
        await askSoap(box.url, information, login);
        box.faults.refuseLogin = true;
        const { challenges } = await askSoap(box.url, information, login);
        assert.ok(challenges[0] && !challenges[0].includes('stale'));
      }));
    it('users are told to the administrator only', () =>
      withBox({ administrator: { user: 'admin', password: 'root-word' } }, async (box) => {
        const ask = (who: typeof login): Promise<SoapAnswer> => askSoap(box.url, { service: 'tds', operation: 'GetUsers' }, who);
        assert.match((await ask({ user: 'admin', password: 'root-word' })).body, /operator<.tt:Username>\s*<tt:UserLevel>Operator/);
        assert.match((await ask(login)).body, /ter:OperationProhibited/);
      }));

    const pages = async (box: Recorder, kind: 'Event' | 'Recording', limit = 20): Promise<{ states: string; body: string; fault: string | undefined }> => {
      const begun = await askSoap(box.url, kind === 'Event' ? events : { service: 'tse', operation: 'FindRecordings' }, login);
      const token = /SearchToken>([^<]+)/.exec(begun.body)?.[1] ?? '';
      let [states, body] = ['', ''];
      for (let page = 0; page < limit; page++) {
        const answer = await askSoap(box.url, { service: 'tse', operation: `Get${kind}SearchResults`, body: `<n:SearchToken>${token}</n:SearchToken>` }, login);
        const state = /SearchState>(\w)/.exec(answer.body)?.[1];
        if (!state) return { states, body, fault: /ter:Invalid\w*Token/.exec(answer.body)?.[0] };
        states += state;
        body += answer.body;
        if (state === 'C') break;
      }
      return { states, body, fault: undefined };
    };
    const recordings = ['A', 'B', 'C'];
    const searches: [string, Partial<Faults>, 'Event' | 'Recording', (found: Awaited<ReturnType<typeof pages>>) => void][] = [
      ['pages of two', {}, 'Recording', ({ states, body }) => assert.deepEqual([states, body.split('<tt:RecordingInformation>').length - 1], ['SC', 3])],
      ['pageSize', { pageSize: 9 }, 'Recording', ({ states }) => assert.equal(states, 'C')],
      ['emptyPages', { emptyPages: 2 }, 'Recording', ({ states }) => assert.equal(states, 'SSSC')],
      ['endlessSearch', { endlessSearch: true }, 'Recording', ({ states }) => assert.equal(states, 'S'.repeat(20))],
      ['expiredTokens', { expiredTokens: 1 }, 'Recording', ({ fault }) => assert.equal(fault, 'ter:InvalidToken')],
      ['emptyLists', { emptyLists: true }, 'Recording', ({ states, body }) => assert.ok(states === 'C' && !body.includes('RecordingToken'))],
      ['events', { pageSize: 99 }, 'Event', ({ body }) => {
        const found = [...body.matchAll(/RecordingToken>A<[\s\S]*?TrackToken>(\w+)<[\s\S]*?Time>([^<]+)[\s\S]*?Value="(\w+)"[\s\S]*?StartStateEvent>(\w+)/g)];
        assert.deepEqual(
          found.filter((each) => each[1] === 'VIDEO001').map((each) => each.slice(2, 5)),
          [[at(-60), 'false', 'true'], [at(0), 'true', 'false'], [at(20), 'false', 'false'], [at(30), 'true', 'false']],
        );
        assert.equal(found.length, 8);
      }],
      ['events: no-start-state', { events: 'no-start-state', pageSize: 99 }, 'Event', ({ body }) => assert.ok(!body.includes('StartStateEvent>true'))],
      ['events: lying', { events: 'lying', pageSize: 99 }, 'Event', ({ body }) => assert.ok(!body.includes('Value="false"'))],
    ];
    for (const [name, faults, kind, check] of searches)
      it(`search: ${name}`, () =>
        withBox({ faults, recordings, holes: [{ from: new Date(at(20)), to: new Date(at(30)) }] }, async (box) => check(await pages(box, kind))));
  });
});
