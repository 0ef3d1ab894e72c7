// probe, coverage and discover as an operator runs them, with a recorder in a box.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { makeOutput } from '../../plugin/cli/console.js';
import { discover } from '../../plugin/cli/discover.js';
import type { ProbeRow } from '../../plugin/domain/vms.js';
import { root, street } from '../support/gate.js';
import { startRecorder, type Recorder } from '../support/recorder/start-recorder.js';
import { aPlace, exportgate, type Ended, type Place } from './program.js';

const password = 'box-password';
const [start, end] = [new Date('2026-03-01T00:00:00.000Z'), new Date('2026-03-02T00:00:00.000Z')];
/** A hole of a quarter of an hour. */
const hole = { from: new Date('2026-03-01T04:15:00.000Z'), to: new Date('2026-03-01T04:30:00.000Z') };

interface Probed {
  ok: boolean;
  rows: ProbeRow[];
  accounts: { user: string; mayReplay: boolean }[] | null;
  transcript: string;
}
const json = <T>({ stdout }: Ended): T => {
  assert.match(stdout, /^[^\n]+\n$/);
  return JSON.parse(stdout) as T;
};

describe('verbs that look at recorders', function () {
  this.timeout(60_000);
  let recorder: Recorder;
  let place: Place;
  let run: (args: readonly string[], stdin?: string) => Promise<Ended>;
  before(async () => {
    recorder = await startRecorder({ media: street, user: 'operator', password, start, end, holes: [hole] });
    place = await aPlace(recorder.url);
    run = (args, stdin) => exportgate(['--config', place.config, ...args], { env: place.env, cwd: place.folder, ...(stdin !== undefined && { stdin }) });
  });
  after(async () => {
    await recorder.close();
    await fs.promises.rm(place.folder, { recursive: true, force: true });
  });
  afterEach(() => Object.keys(recorder.faults).forEach((name) => delete recorder.faults[name as keyof typeof recorder.faults]));

  describe('probe', () => {
    it('a recorder that can be pulled from: 0, a table, and a transcript for its owner alone', async () => {
      const { code, stdout, stderr } = await run(['probe', 'nvr-1', '--camera', 'sh-yf-street', '--transcript', 'nvr.txt']);
      assert.equal(code, 0, stderr + stdout);
      assert.match(stdout, /^ok 正常 +试拉取 pull +\d+ pictures of 5 s at 2026-03-01T23:59:00\.000Z/m);
      assert.match(stdout, /可以拉取 A pull works\. 记录 Transcript: nvr\.txt\n$/);
      const file = path.join(place.folder, 'nvr.txt');
      assert.equal(fs.statSync(file).mode & 0o777, 0o600);
      const text = fs.readFileSync(file, 'utf8');
      assert.match(text, /试拉取 pull[\s\S]+GetReplayUri/);
      assert.doesNotMatch(text + stdout, /box-password|operator/);
    });

    it('--json: one line; the transcript’s name says which recorder and when', async () => {
      const found = json<Probed>(await run(['--json', 'probe', 'nvr-1']));
      assert.equal(found.ok, true);
      assert.equal(found.accounts, null);
      assert.match(found.transcript, /^probe-nvr-1-\d{8}T\d{6}Z\.txt$/);
      assert.ok(fs.existsSync(path.join(place.folder, found.transcript)));
      assert.deepEqual(new Set(found.rows.map((row) => Object.keys(row).sort().join())), new Set(['detail,verdict,what']));
    });

    it('a recorder that refuses the login: 1, and the transcript is written all the same', async () => {
      recorder.faults.refuseLogin = true;
      const { code, stdout } = await run(['probe', 'nvr-1', '--transcript', 'refused.txt']);
      assert.equal(code, 1);
      assert.match(stdout, /^no 不行 .*vms-refused/m);
      assert.match(stdout, /不能拉取 No pull works/);
      assert.ok(fs.existsSync(path.join(place.folder, 'refused.txt')));
    });

    it('a transcript is never written over another file: 2, and the recorder is not asked', async () => {
      const file = path.join(place.folder, 'kept.txt');
      fs.writeFileSync(file, 'kept');
      const before = recorder.requests.soap.length;
      const { code, stderr } = await run(['probe', 'nvr-1', '--transcript', 'kept.txt']);
      assert.deepEqual([code, fs.readFileSync(file, 'utf8'), recorder.requests.soap.length], [2, 'kept', before]);
      assert.match(stderr, /kept\.txt cannot be written, or is there already/);
    });

    it('--accounts: two lines of standard input; the list, and the login nowhere', async () => {
      const { code, stdout, stderr } = await run(['probe', 'nvr-1', '--accounts', '--transcript', 'accounts.txt'], `operator\n${password}\n`);
      assert.equal(code, 0, stderr + stdout);
      assert.match(stdout, /账户 Accounts on the recorder: \d+; 可回放 may replay: \d+/);
      assert.doesNotMatch(stdout + stderr + fs.readFileSync(path.join(place.folder, 'accounts.txt'), 'utf8'), /box-password/);
    });

    it('--accounts with a wrong password: 1, and what was found before is told all the same', async () => {
      const { code, stdout } = await run(['probe', 'nvr-1', '--accounts', '--transcript', 'wrong.txt'], 'operator\ngeheim\n');
      assert.equal(code, 1);
      assert.match(stdout, /^ok 正常 +试拉取 pull/m);
      assert.match(stdout, /^账户 Accounts: vms-refused: /m);
      assert.doesNotMatch(stdout, /geheim/);
    });

    it('--accounts without anybody who signs in: 2, before anything is asked', async () => {
      const before = recorder.requests.soap.length;
      const { code, stderr } = await run(['probe', 'nvr-1', '--accounts']);
      assert.deepEqual([code, recorder.requests.soap.length], [2, before]);
      assert.match(stderr, /terminal, or hold one line for each question/);
    });

    it('leaves no half-written file behind', () =>
      assert.deepEqual(fs.readdirSync(place.folder).filter((name) => name.endsWith('.part')), []));
  });

  describe('coverage', () => {
    const hour = ['--from', '2026-03-01T12:00:00+08:00', '--to', '2026-03-01T13:00:00+08:00'];

    it('a bar, a scale in Beijing time, footage and holes', async () => {
      const { code, stdout, stderr } = await run(['coverage', 'sh-yf-street', ...hour]);
      assert.equal(code, 0, stderr);
      assert.match(stdout, /^█{15}[░▒]{15,16}█{29,30}$/m);
      assert.match(stdout, /^2026-03-01 12:00:00 +2026-03-01 12:30:00 +2026-03-01 13:00:00$/m);
      assert.match(stdout, /有 footage +2026-03-01 12:00:00 – 2026-03-01 12:15:00 +00:15:00/);
      assert.match(stdout, /无 nothing +2026-03-01 12:15:0\d – 2026-03-01 12:30:0\d +00:1[45]:\d\d/);
      assert.match(stdout, /最早 Earliest: 2026-03-01 08:00:00/);
      assert.match(stdout, /时钟 Clock: .* ms ± \d+ ms/);
    });

    it('--json: spans in UTC', async () => {
      const found = json<{ rung: string; promised: { from: string; to: string }[]; earliest: string }>(await run(['--json', 'coverage', 'sh-yf-street', ...hour]));
      assert.equal(found.rung, 'search');
      assert.equal(found.promised[0]!.from, '2026-03-01T04:00:00.000Z');
      assert.equal(found.promised.at(-1)!.to, '2026-03-01T05:00:00.000Z');
      assert.equal(found.earliest, start.toISOString());
    });

    it('a recorder whose clock is off: the same in Beijing time, and by its own clock where that is asked', async () => {
      recorder.faults.clockOffsetMs = 600_000;
      const [true_, own] = await Promise.all([run(['--json', 'coverage', 'sh-yf-street', ...hour]), run(['--json', 'coverage', 'sh-yf-street', ...hour, '--recorder-time'])]);
      const borders = (ended: Ended) => json<{ promised: { from: string; to: string }[] }>(ended).promised[0]!.to.slice(0, 18);
      // Ten minutes ahead: what it calls 04:15:00 was 04:05:00.
      assert.deepEqual([borders(true_), borders(own)], ['2026-03-01T04:05:0', '2026-03-01T04:15:0']);
    });

    it('nothing there: 1', async () => {
      const { code, stdout } = await run(['coverage', 'sh-yf-street', '--from', '2026-03-01T12:20:00+08:00', '--to', '2026-03-01T12:25:00+08:00']);
      assert.equal(code, 1);
      assert.match(stdout, /^░{60}$/m);
    });

    it('a recorder that cannot say: question marks, not nothing', async () => {
      recorder.faults.searchRefused = true;
      const { code, stdout } = await run(['coverage', 'sh-yf-street', ...hour]);
      assert.equal(code, 0);
      assert.match(stdout, /^\?{60}$/m);
    });
  });

  const wrong: readonly (readonly [what: string, args: readonly string[], says: RegExp])[] = [
    ['probe: an unknown recorder', ['probe', 'nvr-9'], /no recorder “nvr-9”; right is one of: nvr-1/],
    ['probe: an unknown camera', ['probe', 'nvr-1', '--camera', 'x'], /no camera “x”; right is one of: sh-yf-street/],
    ['probe: a password as an argument', ['probe', 'nvr-1', '--password', 'x'], /unknown option '--password'/],
    ['coverage: an unknown camera', ['coverage', 'x', '--from', '2026-03-01T12:00:00Z', '--to', '2026-03-01T13:00:00Z'], /no camera “x”/],
    ['coverage: no span', ['coverage', 'sh-yf-street'], /required option '--from/],
    ['coverage: a time without its zone', ['coverage', 'sh-yf-street', '--from', '2026-03-01T12:00:00', '--to', '2026-03-01T13:00:00Z'], /--from: .*zone/],
    ['coverage: an end before the start', ['coverage', 'sh-yf-street', '--from', '2026-03-01T12:00:00Z', '--to', '2026-03-01T11:00:00Z'], /ends .* before it starts/],
    ['coverage: years', ['coverage', 'sh-yf-street', '--from', '2020-03-01T12:00:00Z', '--to', '2026-03-01T11:00:00Z'], /longer than 400 days/],
    ['discover: what is no address', ['discover', 'eth0'], /“eth0” is no IPv4 address of this machine; right is one of: .*127\.0\.0\.1/],
    ['discover: somebody else’s address', ['discover', '192.0.2.1'], /right is one of/],
  ];
  for (const [what, args, says] of wrong)
    it(`${what}: 2`, async () => {
      const { code, stdout, stderr } = await run(args);
      assert.deepEqual([code, stdout], [2, ''], stderr);
      assert.match(stderr, says);
    });

  it('discover on loopback: nobody answers, nothing is configured: 1', async () => {
    const { code, stdout, stderr } = await run(['discover', '127.0.0.1']);
    assert.equal(code, 1, stderr);
    assert.match(stdout, /无应答 Nobody answered/);
  });

  it('discover tells addresses as announced, one line each, and nothing of them paints', async () => {
    const out = new PassThrough();
    const found = [
      { name: '云帆 NVR', hardware: 'X-1', addresses: ['http://192.0.2.7/onvif/device_service', 'http://198.51.100.7/onvif/device_service'] },
      { name: 'evil\u001b[2J\nintact', hardware: null, addresses: ['http://192.0.2.8/onvif/device_service'] },
    ];
    const context = { output: makeOutput(false, out as unknown as NodeJS.WriteStream), config: '', gate: '', env: {} };
    const none = (): Promise<never> => Promise.reject(new Error('nothing else is asked'));
    const asked: string[] = [];
    const recorders = { recorder: none, camera: none, discover: (address: string) => (asked.push(address), Promise.resolve(found)) };
    assert.equal(await discover(recorders)(context, { address: '127.0.0.1' }), 0);
    assert.deepEqual(asked, ['127.0.0.1']);
    const lines = String(out.read()).trimEnd().split('\n');
    assert.match(lines[0]!, /^云帆 NVR +X-1 +http:\/\/192\.0\.2\.7\S+ http:\/\/198\.51\.100\.7\S+$/);
    assert.match(lines[1]!, /^evil\\u\{1b\}\[2J\\nintact +- +http:\/\/192\.0\.2\.8/);
    assert.equal(lines.length, 3);
  });

  it('doctor tells a clock that smells of a wrong zone', async () => {
    recorder.faults.clockOffsetMs = -8 * 3_600_000;
    const { stdout } = await run(['doctor']);
    assert.match(stdout, /recorder nvr-1: .*warning 警告: .*wrong zone/);
  });

  it('the reference names every option of these verbs', async () => {
    const reference = fs.readFileSync(path.join(root, 'docs/ref/cli.md'), 'utf8');
    for (const verb of ['probe', 'coverage', 'discover']) {
      const { stdout } = await exportgate([verb, '--help'], { cwd: os.tmpdir() });
      const options = [...stdout.matchAll(/^ {2}(?:-\w, )?(--[a-z-]+)/gm)].map(([, name]) => name!).filter((name) => name !== '--help');
      const section = reference.split(/^### /m).find((text) => text.startsWith(`\`${verb} `)) ?? '';
      assert.deepEqual(options.filter((name) => !section.includes(name)), [], verb);
    }
  });
});
