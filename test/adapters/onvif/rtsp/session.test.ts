// One session with a server that is told what to answer: what is asked of a vendor's playback address, and how its times are counted.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { openReplay, type Replay } from '../../../../adapters/onvif/rtsp/session.js';
import { makeTranscript } from '../../../../adapters/onvif/transcript.js';
import { frameOnTcp } from '../../../support/recorder/rtp.js';
import { hex, packetOf } from './depacketize/packets.js';

const from = '2026-03-01T02:00:10.000Z';
const description = [
  ...['v=0', 'm=audio 0 RTP/AVP 0', 'a=control:trackID=0', 'm=video 0 RTP/AVP 96', 'a=rtpmap:96 H264/90000', 'a=control:trackID=1'],
  ...['m=application 0 RTP/AVP 107', 'a=control:trackID=2', ''],
].join('\r\n');

describe('a replay session', () => {
  let server: Server;
  let peer: Socket;
  let asked: string[];
  let replay: Replay | null;
  /** Answers 200 to everything; `status` is the first answer to a method. Packets follow the answer to PLAY at once. */
  const play = async (times: 'proven' | 'asserted', headers: string[], packets: Buffer[], status: Record<string, number> = {}): Promise<Replay> => {
    asked = [];
    server = createServer((socket) => {
      peer = socket;
      socket.on('error', () => socket.destroy());
      socket.on('data', (data) => {
        for (const request of data.toString('latin1').split('\r\n\r\n').filter(Boolean)) {
          const [method = ''] = request.split(' ');
          asked.push(request);
          const code = status[method] ?? 200;
          delete status[method];
          const body = method === 'DESCRIBE' ? description : '';
          const own = { SETUP: ['Session: 7;timeout=30'], PLAY: headers }[method] ?? [];
          const cseq = `CSeq: ${/CSeq: (\d+)/.exec(request)?.[1]}`;
          socket.write([`RTSP/1.0 ${code} X`, cseq, ...own, `Content-Length: ${body.length}`, '', body].join('\r\n'));
          if (method === 'PLAY' && code === 200) socket.write(Buffer.concat(packets.map((packet) => frameOnTcp(2, packet))));
        }
      });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    replay = await openReplay({
      address: { host: '127.0.0.1', port, secure: false, url: `rtsp://127.0.0.1:${port}/tracks/101?starttime=x` },
      account: { user: 'admin', password: 'secret' },
      device: new URL('http://127.0.0.1/'),
      transcript: makeTranscript(),
      timeoutMs: 500,
      signal: new AbortController().signal,
      range: { from, to: '2026-03-01T02:00:20.000Z' },
      times, careful: false,
    });
    return replay;
  };
  const timesOf = async ({ units }: Replay, count: number): Promise<string[]> => {
    const seen: string[] = [];
    while (seen.length < count) {
      const unit = await units.take(300);
      assert.ok(typeof unit === 'object' && !('bye' in unit), 'a unit');
      seen.push(`${(unit.utcMicros - Date.parse(from) * 1000) / 1e6}${unit.counted ? ' counted' : ''}`);
    }
    return seen;
  };
  const bare = (timestamp: number, sequence: number): Buffer => packetOf({ payload: hex('65aa'), marker: true, bits: null, timestamp, sequence });
  const requests = (method: string): string[] => asked.filter((request) => request.startsWith(method));
  afterEach(async () => {
    await replay?.teardown();
    replay = null;
    peer?.destroy();
    server.close();
  });

  it('at a vendor’s address is an ordinary playback, its times counted from what was asked', async () => {
    // RTP time wraps between the two.
    const session = await play('asserted', ['Range: npt=0-'], [bare(2 ** 32 - 45_000, 1), bare(45_000, 2)]);
    assert.deepEqual(await timesOf(session, 2), ['0 counted', '1 counted']);
    assert.ok(asked.every((request) => !request.includes('Require')));
    assert.match(requests('PLAY')[0] ?? '', /Range: npt=0-\r\n/);
  });
  it('by standard demands replay on SETUP and PLAY, and counts from the answer where no picture bears its time', async () => {
    const info = 'RTP-Info: url=trackID=0;rtptime=7,url=rtsp://10.0.0.9/tracks/trackID=1;seq=1;rtptime=1000';
    const session = await play('proven', ['Range: clock=20260301T020008.5Z-', info], [bare(1000 + 90_000, 1), bare(1000 + 180_000, 2)]);
    assert.deepEqual(await timesOf(session, 2), ['-0.5 counted', '0.5 counted']);
    assert.deepEqual(
      asked.map((request) => `${request.split(' ')[0]}${request.includes('Require: onvif-replay') ? ' required' : ''}`),
      ['OPTIONS', 'DESCRIBE', 'SETUP required', 'SETUP required', 'PLAY required'],
    );
    assert.match(requests('PLAY')[0] ?? '', /Range: clock=20260301T020010.000Z-20260301T020020.000Z\r\n/);
    assert.deepEqual(session.tracks.map(({ codec }) => codec), ['h264', 'pcmu']);
  });
  it('believes no RTP-Info that lies far away', async () => {
    const info = 'RTP-Info: url=trackID=1;rtptime=0';
    assert.deepEqual(await timesOf(await play('proven', ['Range: clock=20260301T020010Z-', info], [bare(2 ** 31, 1)]), 1), ['0 counted']);
  });
  for (const status of [551, 461, 454])
    for (const method of ['SETUP', 'PLAY'])
      it(`asks ${method} once more without Require after ${status}, and drops what the refused one still sends`, async () => {
        const time = (sequence: number, cseq: number): Buffer => packetOf({ payload: hex('65aa'), marker: true, sequence, cseq });
        const session = await play('proven', [], [time(1, 5), time(2, 6)], { [method]: status });
        assert.equal((await timesOf(session, 1)).length, 1);
        assert.equal(requests(method).filter((request) => request.includes('Require')).length, 1);
        assert.match(requests('PLAY').at(-1) ?? '', /Range: clock=/);
        assert.equal(await session.units.take(50) === 'idle', method === 'PLAY');
      });
  it('takes another status for a fault', () => assert.rejects(play('proven', [], [], { SETUP: 451 }), { code: 'vms-fault' }));
});
