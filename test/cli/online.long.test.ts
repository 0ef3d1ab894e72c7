// The command line with a gate that runs: the demo, two servers on one journal, doctor, a journal and a package that somebody changed.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createPublicKey } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { keyIdOf } from '../../plugin/domain/formats/key-id.js';
import { inFolder } from '../media/tools.js';
import { aGate, anApplication, footage, shanghai, street } from '../support/gate.js';
import { startRecorder, type Recorder } from '../support/recorder/start-recorder.js';
import { quarter, submit, until, vote, type Seen } from '../support/walk.js';
import { aPlace, exportgate, serve, type Place } from './program.js';

describe('exportgate demo', function () {
  this.timeout(60_000);
  let folder: string;
  let told: { package: string; key: string; requestId: string; from: string; to: string };
  before(async () => {
    folder = await fs.promises.mkdtemp(path.join(os.tmpdir(), 'exportgate-out-'));
    const { code, stdout, stderr } = await exportgate(['demo', '--json', '--out', path.join(folder, 'out')]);
    assert.equal(code, 0, stderr);
    told = JSON.parse(stdout.trimEnd().split('\n').at(-1)!) as typeof told;
  });
  after(() => fs.promises.rm(folder, { recursive: true, force: true }));

  it('--json ends with one line: package, key, request and span', async () => {
    assert.deepEqual(Object.keys(told).sort(), ['delivery', 'from', 'key', 'originals', 'package', 'requestId', 'to']);
    assert.equal(Date.parse(told.to) - Date.parse(told.from), 60_000);
    assert.match(told.requestId, /^EG-310000-SH-YUNFAN-\d{4}-000001$/);
    assert.match(await fs.promises.readFile(told.key, 'utf8'), /^-----BEGIN PUBLIC KEY-----/);
    assert.equal((await fs.promises.stat(told.key)).mode & 0o777, 0o644, 'a public key is for everybody');
  });

  it('verify says intact: 0; and names what was changed: 1', async () => {
    const sound = await exportgate(['verify', told.package, '--key', told.key, '--json']);
    const { contents, ...verdict } = JSON.parse(sound.stdout) as { contents: string };
    assert.match(contents, /^[0-9a-f]{64}$/);
    assert.deepEqual([sound.code, verdict], [0, { intact: true, fault: null, keyId: keyIdOf(createPublicKey(await fs.promises.readFile(told.key))), algorithm: 'Ed25519', timeStamp: null }]);
    const bytes = await fs.promises.readFile(told.package);
    const at = bytes.indexOf('ftypisom') > 0 ? bytes.indexOf('ftypisom') + 100_000 : Math.floor(bytes.length / 2);
    bytes[at] = bytes[at]! ^ 1;
    const changed = path.join(folder, 'changed.zip');
    await fs.promises.writeFile(changed, bytes);
    const found = await exportgate(['verify', changed, '--key', told.key, '--json']);
    assert.deepEqual([found.code, JSON.parse(found.stdout)], [1, { intact: false, fault: { code: 'file-changed', where: 'viewing/sh-yf-street/01.mp4' }, keyId: null, algorithm: null, contents: null, timeStamp: null }]);
  });
});

describe('exportgate serve', function () {
  this.timeout(60_000);
  let recorder: Recorder;
  let place: Place;
  before(async () => {
    recorder = await startRecorder({ media: street, user: 'operator', password: 'box-password', ...footage });
    place = await aPlace(recorder.url);
  });
  after(async () => {
    await recorder.close();
    await fs.promises.rm(place.folder, { recursive: true, force: true });
  });

  it('refuses a machine without ffmpeg of its own: 2', () =>
    inFolder(async (empty) => {
      const { code, stderr } = await exportgate(['--config', place.config, 'serve'], { env: { ...place.env, PATH: empty } });
      assert.equal(code, 2);
      assert.match(stderr, /ffmpeg-missing[\s\S]+apt-get install ffmpeg/);
    }));

  it('prints the one-time token at the first start; a second server on the same data ends with journal-locked', async () => {
    const first = await serve(place);
    try {
      assert.match(first.setupToken ?? '', /^[0-9a-f]{8}(-[0-9a-f]{8}){3}$/);
      await assert.rejects(serve(place), /journal-locked/);
      assert.equal((await fetch(`${first.url}/api/v1/health`)).status, 200);
    } finally {
      assert.equal((await first.stop()).code, 0);
    }
  });

  it('doctor finds the machine sound, and a recorder that is not: 3', async function () {
    // It measures the encoders and three sizes of picture, twice here.
    this.timeout(240_000);
    const second = await aPlace();
    try {
      const unsound = await exportgate(['--config', second.config, 'doctor', '--json'], { env: second.env });
      const { findings } = JSON.parse(unsound.stdout) as { findings: { what: string; ok: boolean; detail: string }[] };
      const recorderFinding = findings.find((finding) => finding.what === 'recorder nvr-1');
      assert.deepEqual([recorderFinding?.ok, /vms-unreachable/.test(recorderFinding?.detail ?? '')], [false, true]);
      assert.equal(unsound.code, 3);
      const sound = await exportgate(['--config', place.config, 'doctor'], { env: place.env });
      assert.match(sound.stdout, /^ok {4}recorder nvr-1: .+clock off by -?\d+ ms/m);
      assert.match(sound.stdout, /^ok {4}marks: Chinese is drawn, encoded and read back; unlike empty boxes by 0\.[6-9]\d of 1$/m);
      assert.match(sound.stdout, /^ok {4}encoders: libx264 \d+\.\d×/m);
      assert.match(sound.stdout, /^ok {4}capacity: of real time, marked: 360p \d+\.\d×, 1080p \d+\.\d×, 4K \d+\.\d×; 1080p by effort: speed \d+\.\d×, balance \d+\.\d×, quality \d+\.\d×$/m);
    } finally {
      await fs.promises.rm(second.folder, { recursive: true, force: true });
    }
  });

  it('journal verify: intact 0; one changed byte 1, with its entry', async () => {
    const sound = await exportgate(['--config', place.config, 'journal', 'verify', '--json'], { env: place.env });
    assert.deepEqual([sound.code, (JSON.parse(sound.stdout) as { intact: boolean }).intact], [0, true]);
    const file = path.join(place.journal, 'entries.ndjson');
    const text = await fs.promises.readFile(file, 'utf8');
    await fs.promises.writeFile(file, text.replace('gate-started', 'gate-stopped'));
    const found = await exportgate(['--config', place.config, 'journal', 'verify', '--json'], { env: place.env });
    const { intact, fault } = JSON.parse(found.stdout) as { intact: boolean; fault: { code: string; where: string } };
    assert.deepEqual([found.code, intact, fault.code], [1, false, 'entry-changed']);
    assert.match(fault.where, /entry \d+/);
    await fs.promises.writeFile(file, text);
  });

  it('journal verify --since: what it continues 0; a file that is no checkpoint of it 1, one that is not there 2', async () => {
    const kept = path.join(place.folder, 'kept.checkpoint');
    await fs.promises.copyFile(path.join(place.journal, 'checkpoint'), kept);
    const verify = (...since: string[]) => exportgate(['--config', place.config, 'journal', 'verify', ...since.flatMap((it) => ['--since', it])], { env: place.env });
    const continued = await verify(kept, kept);
    assert.deepEqual([continued.code, /^intact · 完整无误/.test(continued.stdout)], [0, true]);
    await fs.promises.writeFile(kept, (await fs.promises.readFile(kept, 'utf8')).replace(/\n\d+\n/, '\n9\n'));
    const foreign = await verify(kept);
    assert.deepEqual([foreign.code, foreign.stdout.trim()], [1, `NOT intact · 已被改动: proof-invalid at ${kept}`]);
    assert.equal((await verify(`${kept}.none`)).code, 2);
    await fs.promises.writeFile(kept, 'x'.repeat(70_000));
    const pipe = path.join(place.folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    for (const endless of [kept, '/dev/zero']) assert.equal((await verify(endless)).code, 2);
    assert.notEqual((await verify(pipe)).code, 0);
  });
});

describe('exportgate review and release', function () {
  this.timeout(120_000);

  it('walk a request to its package, each person with their own login; a plan that is not the one is refused', async () => {
    const gate = await aGate();
    try {
      const { requestId, planDigest } = await submit(gate);
      const by = async (user: string, ...args: string[]) => exportgate(['--gate', gate.url, '--json', ...args], { env: { EXPORTGATE_TOKEN: await gate.tokenOf(user) } });
      for (const user of [...shanghai.steps, ...shanghai.executors]) await gate.as(user);
      const other = await by(shanghai.steps[0], 'review', requestId, '--approve', '--plan', `sha256:${'0'.repeat(64)}`);
      assert.deepEqual([other.code, /plan-changed/.test(other.stderr)], [1, true]);
      for (const [at, user] of shanghai.steps.entries()) {
        const { code, stderr } = await by(user, 'review', requestId, '--approve', ...(at === 0 ? ['--plan', planDigest] : []));
        assert.equal(code, 0, stderr);
      }
      await until(gate, requestId, ({ state }) => state === 'packaged');
      for (const user of shanghai.executors) assert.equal((await by(user, 'release', requestId)).code, 0);
      await gate.as('user:sh.yan');
      const due = async (): Promise<string> => (await by('user:sh.yan', 'request', 'list', '--review-due')).stdout;
      assert.ok((await due()).includes(requestId));
      const party = await by(shanghai.steps[3], 'review', requestId, '--after', 'in-order');
      assert.deepEqual([party.code, /reviewer-party/.test(party.stderr)], [1, true]);
      const wrong: readonly (readonly string[])[] = [['--after', 'fine'], ['--after', 'in-order', '--approve'], []];
      for (const words of wrong) assert.equal((await by('user:sh.yan', 'review', requestId, ...words)).code, 2, words.join(' '));
      assert.equal((await by('user:sh.yan', 'review', requestId, '--after', 'in-order')).code, 0);
      assert.equal((await due()).includes(requestId), false);
      await inFolder(async (folder) => {
        const place = path.join(folder, 'package');
        assert.equal((await by(shanghai.officer, 'request', 'fetch', requestId, '--form', 'plain', '--out', place)).code, 0);
        assert.ok((await fs.promises.readdir(place)).includes('manifest.json'));
      });
    } finally {
      await gate.close();
    }
  });

  it('request areas: reads, previews and draws, and says what is right', async () => {
    const gate = await aGate();
    try {
      const { requestId } = await submit(gate, { purpose: 'publication' });
      await until(gate, requestId, ({ custody }) => custody === 'sealed');
      const by = async (user: string, ...args: string[]) => exportgate(['--gate', gate.url, ...args], { env: { EXPORTGATE_TOKEN: await gate.tokenOf(user) } });
      const [clerk, manager, privacy] = shanghai.steps;
      await gate.as(privacy);
      for (const user of [clerk, manager]) await vote(gate, user, requestId);
      const areas = (...args: string[]) => by(privacy, 'request', 'areas', requestId, ...args);
      assert.match((await areas()).stdout, /nothing was drawn 尚未绘定/);
      assert.match((await by(privacy, 'request', 'show', requestId)).stdout, /待遮蔽 +sh-yf-street/);
      await inFolder(async (folder) => {
        const [list, broken, picture] = ['areas.json', 'broken.json', 'seen.jpg'].map((name) => path.join(folder, name)) as [string, string, string];
        await fs.promises.writeFile(list, JSON.stringify({ areas: [quarter] }));
        await fs.promises.writeFile(broken, JSON.stringify({ areas: [{ ...quarter, shape: { kind: 'rectangle', x: 9999, y: 0, width: 2, height: 1 } }] }));
        for (const wrong of [['--camera', 'sh-yf-street'], ['--file', list], ['--camera', 'sh-yf-street', '--file', list, '--at', '2026-03-01T02:00:02Z'], ['--camera', 'sh-yf-street', '--file', `${list}.none`]])
          assert.equal((await areas(...wrong)).code, 2, wrong.join(' '));
        const at = ['--camera', 'sh-yf-street', '--file'];
        const refused = await areas(...at, broken);
        assert.deepEqual([refused.code, /areas-invalid[\s\S]+areas\/1: area-malformed 区域有误/.test(refused.stderr)], [1, true], refused.stderr);
        const seen = await areas(...at, list, '--preview', picture, '--at', '2026-03-01T02:00:02Z');
        assert.deepEqual([seen.code, (await fs.promises.readFile(picture)).toString('hex', 0, 2), (await fs.promises.stat(picture)).mode & 0o777], [0, 'ffd8', 0o600], seen.stderr);
        assert.match((await areas()).stdout, /nothing was drawn/);
        assert.match((await areas(...at, list)).stdout, /masked 遮蔽 +sh-yf-street +1 area/);
        assert.match((await areas()).stdout, /sh-yf-street +1 area\(s\)[\s\S]+solid +faces\+plates/);
      });
    } finally {
      await gate.close();
    }
  });

  it('accept-paper reads which paper lies there, and takes that one', async () => {
    const gate = await aGate();
    try {
      const by = async (user: string, ...args: string[]) => exportgate(['--gate', gate.url, ...args], { env: { EXPORTGATE_TOKEN: await gate.tokenOf(user) } });
      const [clerk, manager, , head] = shanghai.steps;
      const { instrument, officers, ...form } = anApplication();
      const officer = await gate.withScan(shanghai.officer);
      const { requestId } = await officer.post<Seen>('/api/v1/requests', { ...form, basis: 'EMERGENCY_RESCUE', officers: officers.slice(0, 1) });
      await (await gate.as(clerk)).post(`/api/v1/requests/${requestId}/call-backs`, { directory: 'sh-command', confirmed: true });
      for (const user of [head, 'user:sh.tao']) await vote(gate, user, requestId);
      const early = await by(manager, 'request', 'accept-paper', requestId);
      assert.deepEqual([early.code, /paper-missing/.test(early.stderr)], [1, true]);
      await officer.post(`/api/v1/requests/${requestId}/paper`, { instrument, officers });
      const { code, stderr } = await by(manager, 'request', 'accept-paper', requestId);
      assert.equal(code, 0, stderr);
      assert.equal((await until(gate, requestId, ({ state }) => state === 'packaged')).state, 'packaged');
    } finally {
      await gate.close();
    }
  });

  it('precheck takes the form that submit takes; show tells a narrowing, a hold and a call to a glass', async () => {
    const gate = await aGate();
    try {
      const by = async (user: string, ...args: string[]) => exportgate(['--gate', gate.url, ...args], { env: { EXPORTGATE_TOKEN: await gate.tokenOf(user) } });
      const { requestId } = await submit(gate);
      const [asked] = anApplication().items;
      const narrower = { ...asked!, to: new Date(Date.parse(asked!.to) - 1000).toISOString() };
      await inFolder(async (folder) => {
        const file = async (name: string, form: unknown): Promise<string> => {
          await fs.promises.writeFile(path.join(folder, name), JSON.stringify(form));
          return path.join(folder, name);
        };
        const { instrument, ...form } = anApplication();
        const found = await by(shanghai.officer, 'precheck', await file('form.json', { ...form, instrument: { ...instrument, scanFile: 'not-needed.pdf' } }));
        assert.equal(found.code, 0, found.stderr);
        assert.match(found.stdout, /whole 完整; written over from 覆盖起 \d{4}-/);
        assert.equal((await by(shanghai.officer, 'precheck', await file('null.json', null))).code, 2);
        const voice = await by(shanghai.steps[0], 'review', requestId, '--narrow', await file('narrower.json', { items: [narrower] }));
        assert.equal(voice.code, 0, voice.stderr);
      });
      await (await gate.as(shanghai.steps[1])).post(`/api/v1/requests/${requestId}/hold`, { reason: '示例:另案调查', until: null });
      await (await gate.as('user:root.luo')).post(`/api/v1/requests/${requestId}/glass`, { reason: 'approvers-unreachable' });
      const { stdout } = await by(shanghai.officer, 'request', 'show', requestId);
      for (const said of [`narrowed 缩减`, narrower.to, 'held 留存', 'until it is lifted', 'approvers-unreachable, asked by user:root.luo; a second administrator confirms'])
        assert.ok(stdout.includes(said), `${said} is not in\n${stdout}`);
    } finally {
      await gate.close();
    }
  });
});
