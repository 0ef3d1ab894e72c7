// doctor --outside: which ways it names, and the script itself, run by sh against real sockets that stand for open and closed doors.
import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { shScript } from '../../plugin/cli/outside/sh-script.js';
import type { Way } from '../../plugin/cli/outside/way.js';
import { windowsScript } from '../../plugin/cli/outside/windows-script.js';
import { waysAround } from '../../plugin/configured.js';
import { Problem } from '../../plugin/domain/problem.js';
import { root } from '../support/gate.js';
import { exportgate } from './program.js';

const words = { zh: '门', en: 'door' };
const way = (port: number, more: Partial<Way> = {}): Way => ({ recorder: 'zm-1', host: '127.0.0.1', port, tls: false, path: null, what: words, close: { zh: '关', en: 'close it' }, ...more });

interface Ran {
  code: number | null;
  stdout: string;
  stderr: string;
}
/** `env` is all of the environment. */
const run = (file: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<Ran> =>
  new Promise((resolve) =>
    execFile('sh', [file, ...args], { env, timeout: 60_000 }, (error, stdout, stderr) =>
      resolve({ code: error ? (typeof error.code === 'number' ? error.code : null) : 0, stdout, stderr }),
    ),
  );

const fixture = (name: string): Buffer => fs.readFileSync(path.join(root, 'test/fixtures/tls', name));

describe('doctor --outside', function () {
  this.timeout(120_000);
  let folder: string;
  const servers: net.Server[] = [];
  const sockets = new Set<net.Socket>();
  const ports: Record<string, number> = {};
  /** Targets that were asked for, by the server's name. */
  const asked: string[] = [];

  before(async () => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'exportgate-outside-'));

    const listen = async (name: string, server: net.Server): Promise<void> => {
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      ports[name] = (server.address() as net.AddressInfo).port;
      servers.push(server.on('connection', (socket: net.Socket) => void sockets.add(socket.on('close', () => sockets.delete(socket)))));
    };
    const answers = (status: number): http.RequestListener => (request, response) => {
      asked.push(`${status} ${request.url}`);
      response.writeHead(status, status === 302 ? { location: 'http://127.0.0.1:1/' } : {}).end('x');
    };
    for (const status of [200, 206, 302, 401, 403, 404, 421, 500, 502, 503]) await listen(String(status), http.createServer(answers(status)));
    await listen('tls', https.createServer({ key: fixture('key.pem'), cert: fixture('cert.pem') }, answers(200)));
    // A database speaks first, and no HTTP.
    await listen('database', net.createServer((socket) => socket.on('error', () => undefined).end('J\0\0\0\n5.5.5-10.11')));
    // A stream of pictures that never ends.
    await listen('endless', http.createServer((_, response) => void response.writeHead(200, { 'content-type': 'multipart/x-mixed-replace' }).write('--x\r\n')));
    const gone = net.createServer();
    await listen('gone', gone);
    await new Promise((resolve) => gone.close(resolve));
  });
  after(async () => {
    for (const socket of sockets) socket.destroy();
    for (const server of servers) if (server.listening) await new Promise((resolve) => server.close(resolve));
    fs.rmSync(folder, { recursive: true, force: true });
  });

  const scriptOf = (ways: readonly Way[], untried: readonly { recorder: string; what: string }[] = [], listener = 'database'): string => {
    const file = path.join(folder, 'outside.sh');
    fs.writeFileSync(file, shScript({ ways, gates: [{ host: '127.0.0.1', port: ports[listener]!, tls: false }], untried }));
    return file;
  };
  const places = new Map<string, string>();
  /** A PATH with what the script may use, and nothing else. */
  const onlyWith = (...tools: string[]): NodeJS.ProcessEnv => {
    const known = places.get(tools.join());
    if (known !== undefined) return { PATH: known };
    const at = fs.mkdtempSync(path.join(folder, 'bin-'));
    for (const tool of ['sh', 'tr', 'cut', 'sleep', ...tools]) fs.symlinkSync(execFileSync('sh', ['-c', `command -v ${tool}`], { encoding: 'utf8' }).trim(), path.join(at, tool));
    places.set(tools.join(), at);
    return { PATH: at };
  };

  describe('the script', () => {
    const doors: readonly (readonly [what: string, door: string, at: Partial<Way>, open: boolean])[] = [
      ['a port that takes a connection', 'database', {}, true],
      ['a port that takes none', 'gone', {}, false],
      ['a page that is there', '200', { path: '/zm/index.php?view=login' }, true],
      ['a part of a file', '206', { path: '/zm/events/' }, true],
      ['a page that leads elsewhere', '302', { path: '/zm/' }, false],
      ['a page that wants a login', '401', { path: '/zm/api/host/getVersion.json' }, false],
      ['a page that is refused', '403', { path: '/zm/cache/events/' }, false],
      ['a page that is not there', '404', { path: '/events/' }, false],
      ['a name that is not served', '421', { path: '/api/v1/health' }, false],
      ['a program that ran and failed', '500', { path: '/cgi-bin/nph-zms?mode=single&monitor=1' }, true],
      ['a proxy before nothing', '502', { path: '/zm/' }, false],
      ['a gate that is closed', '503', { path: '/zm/' }, false],
      ['an answer that never ends', 'endless', { path: '/zm/cgi-bin/nph-zms' }, true],
      ['what speaks no HTTP, asked for a page', 'database', { path: '/' }, false],
      ['a page of a port that takes no connection', 'gone', { path: '/zm/' }, false],
    ];
    for (const tool of ['curl', 'bash'])
      for (const [what, door, at, open] of doors)
        it(`${tool}: ${what} is ${open ? 'open' : 'closed'}`, async () => {
          const { code, stdout, stderr } = await run(scriptOf([way(ports[door]!, at)]), [], onlyWith(tool));
          assert.equal(stderr, '');
          assert.equal(code, open ? 1 : 0, stdout);
          assert.match(stdout, open ? /^开放 OPEN .*zm-1: 门 door\n +→ 关 close it$/m : /^关闭 closed /m);
          assert.match(stdout, open ? /开放 open 1,/ : /开放 open 0,/);
        });

    it('https: whosever certificate it is', async () => {
      const { code, stdout } = await run(scriptOf([way(ports['tls']!, { tls: true, path: '/zm/' })]), [], onlyWith('curl'));
      assert.equal(code, 1);
      assert.match(stdout, /OPEN +https:\/\/127\.0\.0\.1:\d+\/zm\/ \(200\)/);
    });

    it('https without curl is told as not tried, and does not end as if all were closed', async () => {
      const { code, stdout } = await run(scriptOf([way(ports['tls']!, { tls: true, path: '/zm/' })]), [], onlyWith('bash'));
      assert.equal(code, 2);
      assert.match(stdout, /未试 NOT TRIED .*需要 curl · curl is needed/);
    });

    it('neither curl nor bash: it says so, and tries nothing', async () => {
      const { code, stdout, stderr } = await run(scriptOf([way(ports['200']!, { path: '/zm/' })]), [], onlyWith());
      assert.equal(code, 2);
      assert.equal(stdout, '');
      assert.match(stderr, /curl or bash is needed/);
    });

    it('a proxy of the environment, and a curlrc, are not asked', async () => {
      fs.writeFileSync(path.join(folder, '.curlrc'), 'proxy = "http://127.0.0.1:1"\nfail\n');
      const env = { ...onlyWith('curl'), HOME: folder, http_proxy: 'http://127.0.0.1:1', ALL_PROXY: 'http://127.0.0.1:1' };
      assert.equal((await run(scriptOf([way(ports['200']!, { path: '/zm/' })]), [], env)).code, 1);
    });

    it('a redirect is not followed, and a path is asked as it is written', async () => {
      asked.length = 0;
      await run(scriptOf([way(ports['302']!, { path: '/zm/../cache/%65vents/' }), way(ports['404']!, { path: "/a'b?c=$HOME`id`" })]), [], onlyWith('curl'));
      assert.deepEqual(asked, ['302 /zm/../cache/%65vents/', "404 /a'b?c=$HOME`id`"]);
    });

    it('a port that takes no connection is tried once and told once', async () => {
      const { stdout } = await run(scriptOf([way(ports['gone']!, { path: '/a' }), way(ports['gone']!, { path: '/b' })]), [], onlyWith('curl'));
      assert.equal(stdout.match(/无连接 no connection/g)?.length, 1);
      assert.match(stdout, /已试 tried 2, 开放 open 0/);
    });

    for (const tool of ['curl', 'bash'])
      it(`${tool}: where not even the gate answers, what is closed says nothing, and what is open stays open`, async () => {
        const { code, stdout } = await run(scriptOf([way(ports['403']!, { path: '/zm/' })], [], 'gone'), [], onlyWith(tool));
        assert.equal(code, 2);
        assert.match(stdout, /关闭 closed .*\n\n.*\n网关自身也到不了.*not even the gate is reached/);
        assert.equal((await run(scriptOf([way(ports['200']!, { path: '/zm/' })], [], 'gone'), [], onlyWith(tool))).code, 1);
      });

    it('an address that the configuration does not know is wanted, and taken', async () => {
      const script = scriptOf([way(ports['200']!, { host: null, path: '/zm/' })]);
      const without = await run(script, [], onlyWith('curl'));
      assert.equal(without.code, 2);
      assert.match(without.stderr, /say its address/);
      assert.equal((await run(script, ['127.0.0.1'], onlyWith('curl'))).code, 1);
    });

    it('what is not to be tried from outside is told', async () => {
      const { code, stdout } = await run(scriptOf([], [{ recorder: 'zm-1', what: "the cloud's own tunnel; $(id)" }]), [], onlyWith('curl'));
      assert.equal(code, 0);
      assert.match(stdout, /cannot be tried from outside.*\n {2}zm-1: the cloud's own tunnel; \$\(id\)\n/);
    });
  });

  it('for Windows: a byte order mark, line ends of Windows, quotes that nothing ends', () => {
    const script = windowsScript({ ways: [way(80, { path: "/a'b’c" })], gates: [{ host: 'gate.example', port: 443, tls: true }], untried: [] });
    assert.ok(script.startsWith('\uFEFF#'));
    assert.deepEqual(script.match(/(?<!\r)\n/g), null);
    assert.ok(script.includes(`Test-Way '127.0.0.1' 80 http '/a''b’’c' 'zm-1: 门 door' '→ 关 close it'`), script.slice(-400));
    assert.ok(script.includes("Test-Gate 'gate.example' 443\r\n"));
    // Brackets and quotes in pairs: what no PowerShell here can run is at least read.
    const bare = script.replace(/^\s*#.*$/gm, '').replace(/'(?:[^'’]|''|’’)*'/g, '');
    for (const [open, close] of ['{}', '()', '[]'] as const) assert.equal(bare.split(open!).length, bare.split(close!).length, `${open}${close}`);
  });

  describe('the ways', () => {
    const config = (recorders: string, listen = 'listen: { host: 127.0.0.1, port: 8443 }'): string => {
      const file = path.join(folder, 'exportgate.yaml');
      fs.writeFileSync(file, `${listen}\ndataFolder: data\nkeysFolder: keys\npoliciesFolder: ${JSON.stringify(path.join(root, 'policies'))}\njournal: { origin: test.exportgate.example/outside }\nrecorders:\n${recorders}\ncameras: []\n`);
      return file;
    };
    const onvif = '  - { id: nvr-1, adapter: onvif, url: "http://192.0.2.10:8899/onvif/device_service", user: operator, front: { host: 192.0.2.1, port: 8081 } }';
    const zoneminder = '  - { id: zm-1, adapter: zoneminder, url: "http://127.0.0.1/zm/", user: exportgate, passwordFile: zm.password, web: { host: 192.0.2.1, port: 443, tls: { certFile: c, keyFile: k }, publicUrl: "https://vms.example" } }';
    const at = (ways: readonly Way[]): string[] => ways.map(({ recorder, host, port, tls, path: its }) => `${recorder} ${its === null ? 'tcp' : tls ? 'https' : 'http'} ${host}:${port}${its ?? ''}`);

    it('of an ONVIF recorder: its service, its pages, its RTSP, at its own address', async () => {
      const { ways, gates, untried } = await waysAround(config(onvif));
      const found = at(ways);
      for (const port of [80, 443, 554, 8554, 8899]) assert.ok(found.includes(`nvr-1 tcp 192.0.2.10:${port}`), String(port));
      assert.deepEqual([...new Set(ways.map(({ host }) => host))], ['192.0.2.10']);
      assert.deepEqual(gates, [{ host: '192.0.2.1', port: 8081, tls: false }], 'a listener of this machine alone can answer nobody outside');
      assert.ok(untried.some(({ recorder }) => recorder === 'nvr-1'));
    });

    it('of a ZoneMinder on the gate’s machine: by that machine’s names, and never the gate’s own listener as if it were ZoneMinder', async () => {
      const { ways, untried } = await waysAround(config(zoneminder));
      const found = at(ways);
      for (const wanted of [
        'zm-1 tcp vms.example:80', 'zm-1 tcp vms.example:554', 'zm-1 tcp vms.example:8554', 'zm-1 tcp vms.example:3306', 'zm-1 tcp vms.example:6802',
        'zm-1 http vms.example:80/zm/cache/events/', 'zm-1 https vms.example:443/zm/cache/events/', 'zm-1 http vms.example:80/zm/index.php?view=login',
        'zm-1 http vms.example:80/cgi-bin-zm/nph-zms?mode=single&monitor=1', 'zm-1 https vms.example:443/api/v1/health', 'zm-1 http vms.example:8443/api/v1/health',
      ])
        assert.ok(found.includes(wanted), `${wanted}\n${found.join('\n')}`);
      // The gate passes the login page there: it is no way round it.
      assert.ok(!found.some((it) => it.includes(':443/zm/index.php')));
      assert.ok(untried.some(({ what }) => what.includes('ZM_MIN_STREAMING_PORT')));
    });

    it('where only this machine is named, the address is left open', async () => {
      const { ways, gates } = await waysAround(config(zoneminder.replace(/, tls:.*?publicUrl: "[^"]*"/, '').replace('host: 192.0.2.1', 'host: 127.0.0.1')));
      assert.deepEqual([...new Set([...ways, ...gates].map(({ host }) => host))], [null]);
    });

    it('needs no password, and its script holds none', async () => {
      const script = shScript(await waysAround(config(zoneminder)));
      assert.doesNotMatch(script, /exportgate,|zm\.password|password/i);
    });

    it('a configuration with faults: config-invalid, with each of them', async () =>
      assert.rejects(waysAround(config('  - { id: zm-1, adapter: zoneminder, url: nonsense }')), (thrown) => thrown instanceof Problem && thrown.code === 'config-invalid' && thrown.faults!.length === 2));

    describe('as a command', () => {
      it('writes the script into a new file; sh reads it', async () => {
        const file = path.join(folder, 'made.sh');
        const { code, stdout } = await exportgate(['--config', config(onvif), 'doctor', '--outside', '--out', file]);
        assert.equal(code, 0);
        assert.match(stdout, /run it on a client’s computer: sh /);
        execFileSync('sh', ['-n', file]);
        const again = await exportgate(['--config', config(onvif), 'doctor', '--outside', '--out', file]);
        assert.equal(again.code, 2);
        assert.match(again.stderr, /is there already/);
      });

      it('writes it to standard output, and nothing else', async () => {
        const { code, stdout, stderr } = await exportgate(['--config', config(onvif), 'doctor', '--outside']);
        assert.deepEqual([code, stderr], [0, '']);
        assert.equal(stdout, shScript(await waysAround(config(onvif))));
      });

      it('--json: the script and what it tries', async () => {
        const { stdout } = await exportgate(['--config', config(onvif), '--json', 'doctor', '--outside', '--for', 'windows']);
        const told = JSON.parse(stdout) as { script: string; ways: Way[] };
        assert.ok(told.script.startsWith('\uFEFF'));
        assert.equal(told.ways.length, (await waysAround(config(onvif))).ways.length);
      });

      it('--out without --outside: 2', async () => {
        const { code, stderr } = await exportgate(['--config', config(onvif), 'doctor', '--out', path.join(folder, 'x')]);
        assert.equal(code, 2);
        assert.match(stderr, /go with --outside/);
      });
    });
  });
});
