// exportgate.yaml: a sound one is read, an unsound one is told all of its faults at once.
import { generateKeyPairSync } from 'node:crypto';
import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { configJsonSchema } from '../../plugin/config/config-schema.js';
import { verifierKey } from '../../plugin/domain/formats/signed-note.js';
import { checkConfig, loadConfig } from '../../plugin/config/config.js';
import type { Problem } from '../../plugin/domain/problem.js';

const env = { EXPORTGATE_RECORDER_NVR_1_PASSWORD: 'swordfish' };
const good = `
listen: { host: 127.0.0.1, port: 8443 }
dataFolder: data
keysFolder: keys
policiesFolder: policies
journal: { origin: exportgate.example/sh-1 }
recorders:
  - { id: nvr-1, adapter: onvif, url: http://192.0.2.10/onvif/device_service, user: gate }
cameras:
  - { camera: SH-YF-01, recorder: nvr-1, recording: REC_1 }
`;
/** What the adapter would say that it knows. */
const adapters = [{ kind: 'onvif', vendors: ['hikvision', 'dahua'], front: true }, { kind: 'zoneminder', web: true }];
const colons = Array.from({ length: 32 }, (_, at) => (at + 160).toString(16).toUpperCase()).join(':');
const withRecorder = (keys: string): string => good.replace('user: gate', `user: gate, ${keys}`);
const withCamera = (keys: string): string => good.replace('recording: REC_1', keys);
const withProvider = (keys: string): string =>
  `${good}oidc: { ${[keys.includes('issuer') ? '' : 'issuer: https://login.example', 'clientId: gate', keys.includes('roles') ? '' : 'roles: {}', keys].filter(Boolean).join(', ')} }\n`;
const second =
  '  - { id: nvr-2, adapter: onvif, url: http://192.0.2.11/onvif/device_service, user: gate, passwordEnv: EXPORTGATE_RECORDER_NVR_1_PASSWORD }\n';

const witnessKey = generateKeyPairSync('ed25519').privateKey;
const [oneWitness, sameWitness] = ['witness.example/w1', 'witness.example/w2'].map((name) => verifierKey(name, witnessKey, 'cosignature'));
const logKey = verifierKey('exportgate.example/sh-1', witnessKey);

describe('config', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'config-'));
    await mkdir(join(folder, 'policies'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const write = async (text: string | Buffer): Promise<string> => {
    await writeFile(join(folder, 'exportgate.yaml'), text);
    return join(folder, 'exportgate.yaml');
  };
  const check = async (text: string | Buffer, variables: Record<string, string> = env) => {
    const faults = await checkConfig(await write(text), variables, adapters);
    return faults.map((fault) => `${fault.code} ${fault.where}`);
  };

  it('is read whole, with its defaults, absolute paths, bytes and milliseconds', async () => {
    const config = await loadConfig(await write(good), env, adapters);
    const { recorders, ...rest } = config;
    assert.deepEqual(rest, {
      listen: { host: '127.0.0.1', port: 8443, tls: null, behindProxy: false, publicUrl: null },
      dataFolder: join(folder, 'data'),
      keysFolder: join(folder, 'keys'),
      backup: null,
      keys: { passphrase: null, masterFolder: null, masterKeys: new Map(), rotateAfterDays: 365, profile: 'international' },
      workFolder: join(folder, 'data', 'work'),
      policiesFolder: join(folder, 'policies'),
      journal: { origin: 'exportgate.example/sh-1', public: false, heldCheckpoint: null, witnesses: [], quorum: 0 },
      cameras: [{ camera: 'SH-YF-01', recorder: 'nvr-1', source: { recording: 'REC_1' } }],
      quotas: { unitBytes: 2 * 1024 ** 4, installationBytes: 8 * 1024 ** 4, reserveBytes: 2 * 1024 ** 3, bytesPerSecond: 1024 ** 2 },
      ffmpeg: { path: null },
      limits: { requestsPerMinute: 1_200, signInsPerMinute: 30 },
      keeping: { logMonths: 6 },
      audit: { everyHours: 24 },
      tokens: { lifetime: 900_000 },
      notify: { webhooks: [], mail: null },
      oidc: null,
      timestamps: null,
      documents: { verifyUrl: null, seal: null },
    });
    assert.equal(recorders[0]?.password.reveal(), 'swordfish');
    assert.doesNotMatch(inspect(config, { depth: 9 }) + JSON.stringify(config), /swordfish/);
  });

  it('is frozen all through', async () => {
    const config = await loadConfig(await write(good), env, adapters);
    assert.throws(() => {
      (config.recorders[0] as { url: string }).url = 'http://198.51.100.1/';
    }, TypeError);
    assert.throws(() => {
      (config.listen as { port: number }).port = 1;
    }, TypeError);
  });

  it('takes a password from a file, without its line end', async () => {
    await writeFile(join(folder, 'nvr.txt'), 'from-file\n', { mode: 0o600 });
    const config = await loadConfig(await write(good.replace('user: gate', 'user: gate, passwordFile: nvr.txt')), {}, adapters);
    assert.equal(config.recorders[0]?.password.reveal(), 'from-file');
  });

  it('takes the passphrase of the keys from a file or the environment, and master keys from there, and prints none', async () => {
    await writeFile(join(folder, 'passphrase.txt'), '正确的 battery 9 staple\n', { mode: 0o600 });
    const text = `${good}keys: { passphraseFile: passphrase.txt, masterFolder: medium, rotateAfterDays: 90 }\n`;
    const master = Buffer.alloc(32, 9).toString('base64');
    const { keys } = await loadConfig(await write(text), { ...env, EXPORTGATE_MASTER_KEY_3: master, EXPORTGATE_MASTER_KEY_03: 'x', EXPORTGATE_MASTER_KEY_4: '' }, adapters);
    assert.equal(keys.passphrase?.reveal(), '正确的 battery 9 staple');
    assert.deepEqual([keys.masterFolder, keys.rotateAfterDays, [...keys.masterKeys.keys()]], [join(folder, 'medium'), 90, [3]]);
    assert.equal(keys.masterKeys.get(3)?.reveal(), master);
    assert.doesNotMatch(inspect(keys, { depth: 9, showHidden: true }) + JSON.stringify([keys, [...keys.masterKeys]]), /battery|CQkJ/);
    const asked = await loadConfig(await write(good), { ...env, EXPORTGATE_KEYS_PASSPHRASE: 'correct horse battery' }, adapters);
    assert.equal(asked.keys.passphrase?.reveal(), 'correct horse battery');
  });

  const passphrases: [what: string, variables: Record<string, string>, file: [text: string, mode: number] | null, fault: string][] = [
    ['in both places', { EXPORTGATE_KEYS_PASSPHRASE: 'correct horse battery' }, ['correct horse battery', 0o600], 'not-allowed'],
    ['short', { EXPORTGATE_KEYS_PASSPHRASE: 'correct hor' }, null, 'secret-missing'],
    ['of two lines', {}, ['correct horse\nbattery staple', 0o600], 'secret-missing'],
    ['without end', {}, ['correct horse'.repeat(30), 0o600], 'secret-missing'],
    ['that everybody may read', {}, ['correct horse battery', 0o644], 'secret-open'],
    ['that is not there', {}, null, 'secret-missing'],
  ];
  for (const [what, variables, file, fault] of passphrases)
    it(`refuses a passphrase ${what}: ${fault}`, async () => {
      if (file) {
        await writeFile(join(folder, 'passphrase.txt'), file[0]);
        await chmod(join(folder, 'passphrase.txt'), file[1]);
      }
      const text = file || Object.keys(variables).length === 0 ? `${good}keys: { passphraseFile: passphrase.txt }` : good;
      assert.deepEqual(await check(text, { ...env, ...variables }), [`${fault} keys.passphraseFile`]);
    });

  it('takes TLS, a proxy, a front and every other key', async () => {
    for (const name of ['cert.pem', 'key.pem']) await writeFile(join(folder, name), 'x');
    const text = good
      .replace(
        '{ host: 127.0.0.1, port: 8443 }',
        '{ host: 0.0.0.0, port: 443, tls: { certFile: cert.pem, keyFile: key.pem }, behindProxy: false, publicUrl: "https://gate.example/" }',
      )
      .replace('user: gate', 'user: gate, pulls: 2, front: { host: 0.0.0.0, port: 8101 }')
      .concat(
        'workFolder: /var/tmp/exportgate-work\nquotas: { unitBytes: 1GiB, installationBytes: 2GiB, reserveBytes: 0B, bytesPerSecond: 2MiB }\nffmpeg: { path: null }\ntokens: { lifetime: 5m }\n',
      );
    const config = await loadConfig(await write(text), env, adapters);
    assert.equal(config.listen.publicUrl, 'https://gate.example');
    assert.deepEqual(config.listen.tls, { certFile: join(folder, 'cert.pem'), keyFile: join(folder, 'key.pem') });
    assert.deepEqual(config.recorders[0]?.front, { host: '0.0.0.0', port: 8101, streams: 'refused' });
    assert.equal(config.tokens.lifetime, 300_000);
  });

  it('takes a fingerprint as openssl prints it, a zone, a port and a longest group of pictures', async () => {
    const text = withRecorder(`tls: { fingerprint: "${colons}" }, maxGopSeconds: 20, vendor: { rtspPort: 1554, zone: "-03:30" }`);
    const [recorder] = (await loadConfig(await write(text), env, adapters)).recorders;
    assert.deepEqual(recorder?.tls, { fingerprint: colons.replaceAll(':', '').toLowerCase() });
    assert.equal(recorder?.maxGopSeconds, 20);
    assert.deepEqual(recorder?.vendor, { rtspPort: 1554, zoneMinutes: -210 });
  });

  it('without them: Node’s authorities, 10 s, port 554, Beijing time', async () => {
    const [recorder] = (await loadConfig(await write(good), env, adapters)).recorders;
    assert.deepEqual([recorder?.tls, recorder?.maxGopSeconds, recorder?.vendor], [null, 10, { rtspPort: 554, zoneMinutes: 480 }]);
  });

  it('reads an authority’s file once, at start', async () => {
    const pem = await readFile(new URL('../fixtures/tls/cert.pem', import.meta.url), 'utf8');
    await writeFile(join(folder, 'ca.pem'), `${pem}\n${pem}`);
    const [recorder] = (await loadConfig(await write(withRecorder('tls: { caFile: ca.pem }')), env, adapters)).recorders;
    assert.deepEqual(recorder?.tls, { ca: `${pem}\n${pem}` });
  });

  it('refuses an authority’s file that holds no certificate, or a broken one among sound ones', async () => {
    const pem = await readFile(new URL('../fixtures/tls/cert.pem', import.meta.url), 'utf8');
    const broken = pem.replace(/[A-Za-z0-9+/]{40}/, 'A'.repeat(40));
    for (const text of ['no certificate', await readFile(new URL('../fixtures/tls/key.pem', import.meta.url), 'utf8'), `${pem}${broken}`]) {
      await writeFile(join(folder, 'ca.pem'), text);
      assert.deepEqual(await check(withRecorder('tls: { caFile: ca.pem }')), ['file-malformed recorders[0].tls.caFile']);
    }
  });

  it('a camera may be played by its vendor’s address', async () => {
    const config = await loadConfig(await write(withCamera('playback: { vendor: dahua, channel: 3 }')), env, adapters);
    assert.deepEqual(config.cameras[0]?.source, { vendor: 'dahua', channel: 3, stream: 1 });
  });

  it('every key of a recorder and of a camera stands in the reference', async () => {
    interface Schema {
      properties?: Record<string, Schema>;
      items?: Schema;
      anyOf?: Schema[];
    }
    const keysOf = (schema: Schema, path: string): string[] => {
      const open = schema.anyOf?.find((branch) => branch.properties) ?? schema;
      if (open.items) return keysOf(open.items, path);
      return open.properties ? Object.entries(open.properties).flatMap(([key, inner]) => keysOf(inner, path ? `${path}.${key}` : key)) : [path];
    };
    const { properties = {} } = configJsonSchema() as Schema;
    const reference = await readFile(new URL('../../docs/ref/config.md', import.meta.url), 'utf8');
    const told = (key: string): boolean => reference.includes(`\`${key}\``) || reference.includes(`\`${key.replace(/\.[^.]+$/, '')}\` | none`);
    for (const list of ['recorders', 'cameras']) assert.deepEqual(keysOf(properties[list] ?? {}, '').filter((key) => !told(key)), [], list);
  });

  const table: [string, string, ...string[]][] = [
    ['a fingerprint that is too short', withRecorder(`tls: { fingerprint: "${colons.slice(3)}" }`), 'not-allowed recorders[0].tls.fingerprint'],
    ['a fingerprint of something else', withRecorder(`tls: { fingerprint: "${'g'.repeat(64)}" }`), 'not-allowed recorders[0].tls.fingerprint'],
    ['an authority and a fingerprint', withRecorder(`tls: { caFile: ca.pem, fingerprint: "${colons}" }`), 'not-allowed recorders[0].tls'],
    ['a tls without either', withRecorder('tls: {}'), 'not-allowed recorders[0].tls'],
    ['an authority that is not there', withRecorder('tls: { caFile: ca.pem }'), 'file-missing recorders[0].tls.caFile'],
    ['verification switched off', withRecorder('tls: { insecure: true }'), 'unknown-key recorders[0].tls.insecure'],
    ['no length of a group of pictures', withRecorder('maxGopSeconds: 0'), 'not-allowed recorders[0].maxGopSeconds'],
    ['an endless group of pictures', withRecorder('maxGopSeconds: 61'), 'not-allowed recorders[0].maxGopSeconds'],
    ['a zone by its name', withRecorder('vendor: { zone: CST }'), 'not-allowed recorders[0].vendor.zone'],
    ['a zone of nowhere', withRecorder('vendor: { zone: "+15:00" }'), 'not-allowed recorders[0].vendor.zone'],
    ['an RTSP port of 0', withRecorder('vendor: { rtspPort: 0 }'), 'not-allowed recorders[0].vendor.rtspPort'],
    ['a camera without footage', withCamera('recording: null').replace(', recording: null', ''), 'missing cameras[0].recording'],
    ['a camera with two ways to its footage', withCamera('recording: REC_1, playback: { vendor: dahua, channel: 1 }'), 'not-allowed cameras[0].recording'],
    ['an unknown vendor', withCamera('playback: { vendor: acme, channel: 1 }'), 'vendor-unknown cameras[0].playback.vendor'],
    ['a vendor’s channel 0', withCamera('playback: { vendor: dahua, channel: 0 }'), 'not-allowed cameras[0].playback.channel'],
    ['a vendor’s whole address', withCamera('playback: { vendor: dahua, channel: 1, url: "rtsp://x/" }'), 'unknown-key cameras[0].playback.url'],
    [
      'one channel under two names',
      `${withCamera('playback: { vendor: dahua, channel: 1 }')}  - { camera: SH-YF-02, recorder: nvr-1, playback: { vendor: dahua, channel: 1, stream: 2 } }\n`,
      'named-twice cameras[1].playback',
    ],
    ['a password in the file', good.replace('user: gate', 'user: gate, password: swordfish'), 'unknown-key recorders[0].password'],
    ['a misspelt key', good.replace('dataFolder', 'datafolder'), 'missing dataFolder', 'unknown-key datafolder'],
    [
      'an unknown key below a nullable one',
      good.replace('user: gate', 'user: gate, front: { host: h, port: 1, path: /x }'),
      'unknown-key recorders[0].front.path',
    ],
    ['plain HTTP on every address', good.replace('127.0.0.1', '0.0.0.0'), 'listen-open listen.tls'],
    [
      'a public address without TLS',
      good.replace('port: 8443', 'port: 8443, publicUrl: "http://gate.example"'),
      'listen-open listen.publicUrl',
    ],
    [
      'a public address with a path',
      good.replace('port: 8443', 'port: 8443, publicUrl: "https://gate.example/x"'),
      'not-allowed listen.publicUrl',
    ],
    [
      'certificates that are not there',
      good.replace('port: 8443', 'port: 8443, tls: { certFile: c, keyFile: k }'),
      'file-missing listen.tls.certFile',
      'file-missing listen.tls.keyFile',
    ],
    ['half a tls', good.replace('port: 8443', 'port: 8443, tls: { certFile: c }'), 'missing listen.tls.keyFile'],
    ['a port out of range', good.replace('8443', '65536'), 'not-allowed listen.port'],
    ['a port as a text', good.replace('8443', '"8443"'), 'not-allowed listen.port'],
    [
      'a held checkpoint inside the data',
      good.replace('origin: exportgate.example/sh-1', 'origin: exportgate.example/sh-1, heldCheckpoint: data/held'),
      'file-missing journal.heldCheckpoint',
      'folders-mixed journal.heldCheckpoint',
    ],
    [
      'a held checkpoint on a share that is not there',
      good.replace('origin: exportgate.example/sh-1', 'origin: exportgate.example/sh-1, heldCheckpoint: mnt/share/sh-1'),
      'file-missing journal.heldCheckpoint',
    ],
    [
      'witnesses: a log’s key, one twice under two names, a quorum that can never be had',
      good.replace('origin: exportgate.example/sh-1', `origin: exportgate.example/sh-1, quorum: 4, witnesses: [${[logKey, oneWitness, sameWitness].map((vkey) => `{ url: "http://127.0.0.1:1", vkey: ${vkey} }`).join()}]`),
      'not-allowed journal.witnesses[0].vkey',
      'named-twice journal.witnesses[2].vkey',
      'not-allowed journal.quorum',
    ],
    [
      'a witness with a login in its address, and one with no key',
      good.replace('origin: exportgate.example/sh-1', `origin: exportgate.example/sh-1, witnesses: [{ url: "http://a:b@127.0.0.1", vkey: ${oneWitness} }, { url: "http://127.0.0.1", vkey: x }]`),
      'not-allowed journal.witnesses[0].url',
      'not-allowed journal.witnesses[1].vkey',
    ],
    ['the passphrase among the keys', `${good}keys: { passphraseFile: keys/passphrase.txt }`, 'folders-mixed keys.passphraseFile', 'secret-missing keys.passphraseFile'],
    ['master keys inside the data', `${good}keys: { masterFolder: data/master }`, 'folders-mixed keys.masterFolder'],
    ['a key of a passphrase in the configuration itself', `${good}keys: { passphrase: correct horse battery }`, 'unknown-key keys.passphrase'],
    ['time stamps under no authority', `${good}timestamps: { url: "http://tsa.example/", caFile: nowhere.pem, required: true }`, 'file-missing timestamps.caFile'],
    ['time stamps from an address with a login', `${good}timestamps: { url: "http://a:b@tsa.example/", caFile: x, required: true }`, 'not-allowed timestamps.url'],
    ['time stamps that nobody says whether they are needed', `${good}timestamps: { url: "http://tsa.example/", caFile: x }`, 'missing timestamps.required'],
    ['an e-seal of a program that is not there', `${good}documents: { seal: { command: [/nowhere/sign], caFile: nowhere.pem } }`, 'file-missing documents.seal.caFile', 'file-missing documents.seal.command'],
    ['an e-seal through a shell’s search', `${good}documents: { seal: { command: [sign], caFile: x } }`, 'not-allowed documents.seal.command'],
    ['a page of checks with a login', `${good}documents: { verifyUrl: "https://a@verify.example/" }`, 'not-allowed documents.verifyUrl'],
    ['a profile that there is not', `${good}profile: sm`, 'not-allowed profile'],
    ['keys that are never old', `${good}keys: { rotateAfterDays: 29 }`, 'not-allowed keys.rotateAfterDays'],
    ['keys inside the data', good.replace('keysFolder: keys', 'keysFolder: data/keys'), 'folders-mixed keysFolder'],
    [
      'data inside the keys',
      good.replace('dataFolder: data', 'dataFolder: keys/data'),
      'folders-mixed dataFolder',
      'folders-mixed workFolder',
    ],
    [
      'one folder for both',
      good.replace('keysFolder: keys', 'keysFolder: x/../data'),
      'folders-mixed keysFolder',
      'folders-mixed dataFolder',
      'folders-mixed workFolder',
    ],
    [
      'data where work is wiped',
      `${good}workFolder: .\n`,
      'folders-mixed dataFolder',
      'folders-mixed keysFolder',
      'folders-mixed policiesFolder',
    ],
    ['policies that are not there', good.replace('policiesFolder: policies', 'policiesFolder: nowhere'), 'file-missing policiesFolder'],
    ['an origin with blanks', good.replace('exportgate.example/sh-1', '"exportgate example"'), 'not-allowed journal.origin'],
    ['no recorder', good.replace(/recorders:\n.*\n/, 'recorders: []\n'), 'not-allowed recorders', 'recorder-unknown cameras[0].recorder'],
    ['pages of a system that has none', good.replace('user: gate', 'user: gate, web: { host: 127.0.0.2, port: 8102 }'), 'not-allowed recorders[0].web'],
    ['a front of a system that has pages', good.replace('onvif', 'zoneminder').replace('user: gate', 'user: gate, front: { host: 127.0.0.2, port: 8102 }'), 'not-allowed recorders[0].front'],
    ...(
      [
        ['under the gate’s own address', 'web: { host: 127.0.0.1, port: 8102 }', 'host-shared recorders[0].web'],
        ['everywhere, under no name', 'web: { host: 0.0.0.0, port: 8102 }', 'missing recorders[0].web.publicUrl', 'listen-open recorders[0].web.tls'],
        ['in the clear on a network', 'web: { host: 192.0.2.7, port: 8102 }', 'listen-open recorders[0].web.tls'],
        ['an account of two people', 'web: { host: 127.0.0.2, port: 8102, people: [{ account: a, user: "user:x" }, { account: a, user: "user:y" }] }', 'named-twice recorders[0].web.people[1].account'],
        ['on the gate’s own port', 'web: { host: 0.0.0.0, port: 8443, publicUrl: "https://vms.example" }', 'port-taken recorders[0].web'],
      ] as const
    ).map(([what, web, ...faults]): [string, string, ...string[]] => [`pages ${what}`, good.replace('onvif', 'zoneminder').replace('user: gate', `user: gate, ${web}`), ...faults]),
    ['an unknown adapter', good.replace('onvif', 'shinobi'), 'adapter-unknown recorders[0].adapter'],
    ['a login in the address', good.replace('http://192', 'http://gate:swordfish@192'), 'not-allowed recorders[0].url'],
    ['an address of another kind', good.replace('http://192', 'file:///192'), 'not-allowed recorders[0].url'],
    ['an address that is none', good.replace('http://192.0.2.10', 'http://192.0.2.999'), 'not-allowed recorders[0].url'],
    ['three pulls', good.replace('user: gate', 'user: gate, pulls: 3'), 'not-allowed recorders[0].pulls'],
    ['a strange variable', good.replace('user: gate', 'user: gate, passwordEnv: PATH'), 'not-allowed recorders[0].passwordEnv'],
    [
      'a variable that is not set',
      good.replace('user: gate', 'user: gate, passwordEnv: EXPORTGATE_X'),
      'secret-missing recorders[0].passwordEnv',
    ],
    [
      'two sources for a password',
      good.replace('user: gate', 'user: gate, passwordEnv: EXPORTGATE_X, passwordFile: x'),
      'not-allowed recorders[0].passwordFile',
    ],
    [
      'a password file that is not there',
      good.replace('user: gate', 'user: gate, passwordFile: x'),
      'secret-missing recorders[0].passwordFile',
    ],
    [
      'one recorder twice',
      good.replace('cameras:', `${second.replace('nvr-2', 'nvr-1').replace('.11', '.10')}cameras:`),
      'named-twice recorders[1].id',
      'named-twice recorders[1].url',
    ],
    [
      'one recorder under two spellings',
      good.replace('cameras:', `${second.replace('192.0.2.11', '192.0.2.10:80')}cameras:`),
      'named-twice recorders[1].url',
    ],
    ['a camera twice', `${good}  - { camera: SH-YF-01, recorder: nvr-1, recording: REC_2 }\n`, 'named-twice cameras[1].camera'],
    [
      'one recording under two names',
      `${good}  - { camera: SH-YF-02, recorder: nvr-1, recording: REC_1 }\n`,
      'named-twice cameras[1].recording',
    ],
    ['a camera of no recorder', good.replace('recorder: nvr-1', 'recorder: nvr-9'), 'recorder-unknown cameras[0].recorder'],
    [
      'a front on the gate’s own port',
      good.replace('user: gate', 'user: gate, front: { host: 0.0.0.0, port: 8443 }'),
      'port-taken recorders[0].front',
    ],
    ['a quota above the whole', `${good}quotas: { unitBytes: 2GiB, installationBytes: 1GiB }\n`, 'not-allowed quotas.unitBytes'],
    ['a size without unit', `${good}quotas: { unitBytes: 2000 }\n`, 'not-allowed quotas.unitBytes'],
    ['tokens for a day', `${good}tokens: { lifetime: 24h }\n`, 'not-allowed tokens.lifetime'],
    ['a self-audit every minute', `${good}audit: { everyHours: 0 }\n`, 'not-allowed audit.everyHours'],
    ['a self-audit every year', `${good}audit: { everyHours: 8760 }\n`, 'not-allowed audit.everyHours'],
    ['logs kept for five months', `${good}keeping: { logMonths: 5 }\n`, 'not-allowed keeping.logMonths'],
    ['logs kept for longer than the register', `${good}keeping: { logMonths: 37 }\n`, 'not-allowed keeping.logMonths'],
    ['logs kept for half a month more', `${good}keeping: { logMonths: 6.5 }\n`, 'not-allowed keeping.logMonths'],
    ['logs kept by another word', `${good}keeping: { months: 12 }\n`, 'unknown-key keeping.months'],
    ['an identity provider without a secret', withProvider(''), 'secret-missing oidc.clientSecretEnv'],
    ['an identity provider in the clear', withProvider('clientSecretEnv: EXPORTGATE_RECORDER_NVR_1_PASSWORD, issuer: http://login.example'), 'listen-open oidc.issuer'],
    ['a way back in the clear', withProvider('clientSecretEnv: EXPORTGATE_RECORDER_NVR_1_PASSWORD, redirectUrl: http://gate.example/x'), 'listen-open oidc.redirectUrl'],
    ['two places for a client’s secret', withProvider('clientSecretEnv: EXPORTGATE_RECORDER_NVR_1_PASSWORD, clientSecretFile: x'), 'not-allowed oidc.clientSecretFile'],
    ['a client’s secret in a file that is not there', withProvider('clientSecretFile: x'), 'secret-missing oidc.clientSecretFile'],
    ['a role of a provider that is none of ours', withProvider('clientSecretEnv: EXPORTGATE_RECORDER_NVR_1_PASSWORD, roles: { boss: administrator }'), 'not-allowed oidc.roles.boss'],
    ['an ffmpeg that is not there', `${good}ffmpeg: { path: /nowhere/ffmpeg }\n`, 'file-missing ffmpeg.path'],
    ['a list at the top', '- a\n', 'not-allowed (file)'],
    ['nothing at all', '', 'not-allowed (file)'],
    ['a key twice', `${good}dataFolder: other\n`, 'yaml-malformed 11:1'],
    ['a tag', good.replace('data\n', '!!js/function data\n'), 'yaml-malformed 3:13'],
    [
      'an alias',
      good.replace('dataFolder: data', 'dataFolder: &a data').replace('keysFolder: keys', 'keysFolder: *a'),
      'yaml-malformed 1:1',
    ],
    ['a second document', `${good}---\na: 1\n`, 'yaml-malformed 11:1'],
    ['a broken indent', `${good} x: [\n`, 'yaml-malformed 11:1', 'yaml-malformed 12:1'],
  ];
  for (const [what, text, ...faults] of table)
    it(`with ${what}: ${faults.join(', ')}`, async () => assert.deepEqual((await check(text)).sort(), faults.sort()));

  it('tells faults of shape and of fit in one run', async () => {
    const text = good
      .replace('127.0.0.1', '0.0.0.0')
      .replace('user: gate', 'user: gate, password: swordfish')
      .replace('recorder: nvr-1', 'recorder: nvr-9')
      .concat('tokens: { lifetime: 24h }\nmore: 1\n');
    assert.deepEqual((await check(text, {})).sort(), [
      'listen-open listen.tls',
      'not-allowed tokens.lifetime',
      'recorder-unknown cameras[0].recorder',
      'secret-missing recorders[0].passwordEnv',
      'unknown-key more',
      'unknown-key recorders[0].password',
    ]);
  });

  it('puts the right value beside a fault, never the value found', async () => {
    const file = await write(
      good
        .replace('http://192', 'http://gate:swordfish@192')
        .replace('user: gate', 'user: gate, password: swordfish')
        .replace('port: 8443', 'port: swordfish'),
    );
    const error = await loadConfig(file, env, adapters).then(
      () => assert.fail(),
      (thrown: Problem) => thrown,
    );
    assert.equal(error.code, 'config-invalid');
    const told = JSON.stringify(error.faults) + error.message;
    assert.doesNotMatch(told, /swordfish/);
    for (const word of ['a port, 1 to 65535', 'passwordEnv']) assert.ok(told.includes(word), word);
  });

  it('is not read through a link that joins keys and data', async () => {
    await mkdir(join(folder, 'data'));
    await symlink(join(folder, 'data'), join(folder, 'link'));
    assert.deepEqual(await check(good.replace('keysFolder: keys', 'keysFolder: link/keys')), ['folders-mixed keysFolder']);
  });

  it('refuses a password file that everybody may read', async () => {
    await writeFile(join(folder, 'nvr.txt'), 'from-file\n');
    await chmod(join(folder, 'nvr.txt'), 0o644);
    assert.deepEqual(await check(good.replace('user: gate', 'user: gate, passwordFile: nvr.txt')), [
      'secret-open recorders[0].passwordFile',
    ]);
  });

  it('that is missing, not text, or endless is a fault', async () => {
    assert.equal((await checkConfig(join(folder, 'none.yaml'), env, adapters))[0]?.code, 'file-missing');
    assert.equal((await checkConfig(folder, env, adapters))[0]?.code, 'file-missing');
    assert.deepEqual(await check(Buffer.from([0xff, 0xfe, 0x00])), ['file-malformed (file)']);
    assert.deepEqual(await check(Buffer.alloc(9 * 1024 * 1024, '#')), ['file-long (file)']);
  });
});
