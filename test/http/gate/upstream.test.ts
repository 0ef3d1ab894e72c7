// Connections that are kept open, and a system that closes one just as it is used again.
import assert from 'node:assert/strict';
import http from 'node:http';
import net, { type AddressInfo } from 'node:net';
import { Problem } from '../../../plugin/domain/problem.js';
import { makeUpstream } from '../../../plugin/http/gate/upstream.js';

const at = (server: net.Server): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
const listening = (server: net.Server): Promise<void> => new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));

describe('the way to the video system', () => {
  /** Requests as they came, and the number of their connection. */
  let came: string[] = [];
  let connections = 0;
  /** Hangs up on the second request of a connection, or on every one. */
  let hangsUpFrom = 2;
  let system: net.Server;
  let gate: http.Server;
  let agent: http.Agent;

  before(async () => {
    system = net.createServer((socket) => {
      const connection = ++connections;
      let requests = 0;
      socket.on('error', () => socket.destroy());
      socket.on('data', (bytes) => {
        came.push(`${connection} ${bytes.toString('latin1').split(' HTTP')[0]}`);
        if (++requests >= hangsUpFrom) return void socket.destroy();
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
      });
    });
    await listening(system);
    agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    const upstream = makeUpstream(new URL(at(system)), agent);
    gate = http.createServer((request, response) => {
      void (async () => {
        const body = request.method === 'POST' ? Buffer.from('a=1') : null;
        try {
          const headers = { host: 'vms.example', ...(body && { 'content-length': body.length }) };
          (await upstream(request, response, { method: request.method!, target: request.url!, headers, body })).pipe(response);
        } catch (thrown) {
          response.writeHead(502).end(Problem.from(thrown).code);
        }
      })();
    });
    await listening(gate);
  });
  beforeEach(() => {
    agent.destroy();
    [came, connections, hangsUpFrom] = [[], 0, 2];
  });
  after(async () => {
    agent.destroy();
    gate.closeAllConnections();
    await Promise.all([gate, system].map((server) => new Promise((resolve) => server.close(resolve))));
  });

  const ask = async (method: string, path: string): Promise<string> => (await fetch(at(gate) + path, { method })).text();

  it('what is only asked is asked again on a new one', async () => {
    assert.deepEqual([await ask('GET', '/1'), await ask('GET', '/2')], ['ok', 'ok']);
    assert.deepEqual(came, ['1 GET /1', '1 GET /2', '2 GET /2']);
  });

  it('what changes something is sent once', async () => {
    assert.deepEqual([await ask('GET', '/1'), await ask('POST', '/2')], ['ok', 'vms-unreachable']);
    assert.equal(came.filter((line) => line.includes('POST')).length, 1);
  });

  it('who hangs up on a new connection is not asked again', async () => {
    hangsUpFrom = 1;
    assert.equal(await ask('GET', '/1'), 'vms-unreachable');
    assert.deepEqual(came, ['1 GET /1']);
  });
});
