// Other people's clients against the recorder in a box, so that it is not merely what our own client likes: npm's `onvif` (agsh) and
// `onvif-rx`. What they cannot do, and so nobody shows here: neither searches for events nor plays what GetReplayUri names; `onvif` has no
// search at all; `onvif-rx` signs in by token only, knows no fault inside HTTP 200 but by its reason, and sends every call to one address.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Faults } from '../support/recorder/faults.js';
import { startRecorder, type Recorder } from '../support/recorder/start-recorder.js';

const load = createRequire(import.meta.url);
const account = { user: 'operator', password: 'box-password' };
const recordings = ['REC_1', 'REC_2', 'REC_3'];

const aBox = (faults: Faults = {}): Promise<Recorder> =>
  startRecorder({
    media: fileURLToPath(new URL('../fixtures/street-b.mp4', import.meta.url)),
    ...account,
    start: new Date('2026-03-01T02:00:00Z'),
    end: new Date('2026-03-01T03:00:00Z'),
    recordings,
    faults,
  });

async function withBox(faults: Faults, work: (box: Recorder) => Promise<void>): Promise<void> {
  const box = await aBox(faults);
  await work(box).finally(() => box.close());
}

type Answer = Record<string, unknown>;
/** The part of `onvif`'s camera that is used here; its own types name no promises. */
interface Cam {
  getSystemDateAndTime(done: (error: Error | null, date: Date) => void): void;
  getServices(withCapabilities: boolean, done: (error: Error | null) => void): void;
  getCapabilities(done: (error: Error | null) => void): void;
  getDeviceInformation(done: (error: Error | null, answer: Answer) => void): void;
  getRecordings(done: (error: Error | null, answer: Answer[]) => void): void;
  getReplayUri(options: { recordingToken: string }, done: (error: Error | null, uri: string) => void): void;
  uri: Record<string, { path?: string }>;
}

function camOf(box: Recorder, more: Answer): Cam {
  const { Cam } = load('onvif') as { Cam: new (options: Answer) => Cam };
  const options = { hostname: '127.0.0.1', port: box.port, username: account.user, password: account.password, timeout: 3000, autoconnect: false };
  return new Cam({ ...options, ...more });
}

describe('npm’s onvif as a client of the recorder in a box', () => {
  const ways: [string, Faults, Answer][] = [
    ['digest', { login: 'digest' }, { useWSSecurity: false }],
    ['digest, where both are offered', {}, { useWSSecurity: false }],
    ['a token', { login: 'token' }, {}],
    ['a token, with a clock that is an hour off', { login: 'token', clockOffsetMs: 3_600_000 }, {}],
    ['an address behind NAT', { foreignHost: '192.0.2.7' }, { preserveAddress: true }],
    ['GetCapabilities, where GetServices is refused', { refuse: ['GetServices'] }, {}],
  ];
  for (const [name, faults, options] of ways)
    it(`information, services, recordings, replay address, signed in by ${name}`, () =>
      withBox(faults, async (box) => {
        const cam = camOf(box, options);
        const date = await promisify<Date>(cam.getSystemDateAndTime.bind(cam))();
        assert.ok(Math.abs(date.getTime() - Date.now() - (faults.clockOffsetMs ?? 0)) < 3000);
        if (faults.refuse) await promisify(cam.getCapabilities.bind(cam))();
        else await promisify<boolean, void>(cam.getServices.bind(cam))(true);
        assert.equal(cam.uri.replay?.path, '/onvif/replay_service');
        const { manufacturer, model } = await promisify<Answer>(cam.getDeviceInformation.bind(cam))();
        assert.deepEqual([manufacturer, model], ['Box', 'Recorder in a box']);
        const items = await promisify<Answer[]>(cam.getRecordings.bind(cam))();
        assert.deepEqual(
          items.map((item) => item.recordingToken),
          recordings,
        );
        const uri = await promisify<{ recordingToken: string }, string>(cam.getReplayUri.bind(cam))({ recordingToken: 'REC_2' });
        const host = faults.foreignHost ?? '127.0.0.1';
        assert.equal(uri, `rtsp://${host}:${box.rtspPort}/replay?recording=REC_2&stream=0`);
      }));
  it('sees a refused login and an unknown recording as errors', () =>
    withBox({}, async (box) => {
      const wrong = camOf(box, { password: 'wrong', useWSSecurity: false });
      await assert.rejects(promisify<Answer>(wrong.getDeviceInformation.bind(wrong))());
      const cam = camOf(box, { useWSSecurity: false });
      await promisify<boolean, void>(cam.getServices.bind(cam))(true);
      await assert.rejects(promisify<{ recordingToken: string }, string>(cam.getReplayUri.bind(cam))({ recordingToken: 'REC_9' }), /Refused by the recorder/);
    }));
});

interface Result {
  isOk(): boolean;
  unwrap(): { json: Answer };
  unwrapFail(): { statusMessage: string };
}
interface Call {
  toPromise(): Promise<Result>;
}
/** The part of `onvif-rx`'s generated API that is used here. */
interface Api {
  Device: { GetDeviceInformation(): Call; GetServices(withCapability: boolean): Call; GetUsers(): Call };
  Recording: { GetRecordings(): Call };
  Search: {
    GetRecordingSummary(): Call;
    GetRecordingInformation(recording: string): Call;
    FindRecordings(scope: Answer, keepAlive: string): Call;
    GetRecordingSearchResults(token: string, least: number, most: number, wait: string): Call;
    EndSearch(token: string): Call;
  };
  Replay: { GetReplayUri(setup: Answer, recording: string): Call };
}

describe('npm’s onvif-rx as a client of the recorder in a box', () => {
  const apiOf = (box: Recorder): Api => {
    const { createManagedDeviceInNode } = load('onvif-rx') as { createManagedDeviceInNode(config: Answer): { api: Api } };
    return createManagedDeviceInNode({ deviceUrl: box.url, username: account.user, password: account.password }).api;
  };
  const answerTo = async (call: Call): Promise<Answer> => {
    const result = await call.toPromise();
    return result.isOk() ? result.unwrap().json : assert.fail(result.unwrapFail().statusMessage);
  };

  it('information, services, users, recordings', () =>
    withBox({ login: 'token' }, async (box) => {
      const { Device, Recording } = apiOf(box);
      assert.equal((await answerTo(Device.GetDeviceInformation())).Model, 'Recorder in a box');
      const services = (await answerTo(Device.GetServices(false))).Service as Answer[];
      assert.ok(services.some((service) => service.Namespace === 'http://www.onvif.org/ver10/search/wsdl'));
      const users = (await answerTo(Device.GetUsers())).User as Answer[];
      assert.deepEqual(users.map((user) => user.UserLevel), ['Administrator', 'Operator', 'User']);
      const items = (await answerTo(Recording.GetRecordings())).RecordingItem as Answer[];
      assert.deepEqual(items.map((item) => item.RecordingToken), recordings);
    }));
  it('a search in pages, the summary, one recording', () =>
    withBox({ login: 'token' }, async (box) => {
      const { Search } = apiOf(box);
      const token = (await answerTo(Search.FindRecordings({}, 'PT60S'))).SearchToken as string;
      const found: unknown[] = [];
      for (let state: unknown = 'Searching'; state === 'Searching';) {
        const list = (await answerTo(Search.GetRecordingSearchResults(token, 1, 50, 'PT5S'))).ResultList as Answer;
        state = list.SearchState;
        found.push(...[list.RecordingInformation].flat().map((each) => (each as Answer).RecordingToken));
      }
      assert.deepEqual(found, recordings);
      assert.ok((await answerTo(Search.EndSearch(token))).Endpoint);
      const summary = (await answerTo(Search.GetRecordingSummary())).Summary as Answer;
      assert.deepEqual([summary.DataFrom, summary.NumberRecordings], ['2026-03-01T02:00:00.000Z', '3']);
      const information = (await answerTo(Search.GetRecordingInformation('REC_2'))).RecordingInformation as Answer;
      assert.equal((information.Track as Answer[]).length, 2);
    }));
  it('a replay address, and a fault where there is no such recording', () =>
    withBox({ login: 'token' }, async (box) => {
      const { Replay } = apiOf(box);
      const setup = { Stream: 'RTP-Unicast', Transport: { Protocol: 'RTSP' } };
      assert.equal((await answerTo(Replay.GetReplayUri(setup, 'REC_3'))).Uri, `rtsp://127.0.0.1:${box.rtspPort}/replay?recording=REC_3&stream=0`);
      const refused = await Replay.GetReplayUri(setup, 'REC_9').toPromise();
      assert.ok(!refused.isOk());
      assert.match(refused.unwrapFail().statusMessage, /Refused by the recorder/);
    }));
});
