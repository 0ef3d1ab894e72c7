// A WebSocket that passes: asked for anew as it was judged, agreed on without any extension, each of its messages read on the way.
import type http from 'node:http';
import type { Duplex } from 'node:stream';
import { once } from 'node:events';
import { pipeline } from 'node:stream/promises';
import { Problem } from '../../domain/problem.js';
import { keepJudging } from '../../export/keep-judging.js';
import { cookieForSystem } from './cookies.js';
import { GuardHit } from './guard-hit.js';
import { guardHandshake, GuardedMessages, handshakeHeaders, refusedClose } from './guard-websocket.js';
import { credentialsOf } from './pass.js';
import { rebuild } from './rebuild.js';
import { requestHeaders } from './request-headers.js';
import type { Direction } from './websocket-frames.js';
import type { Walk, WebGateParts } from './web-gate.js';

/** A working day. */
const WHOLE_MS = 12 * 3_600_000;

/**
 * To its end. `head`: what the client sent behind its request. `still`: asked while messages come, and ends it. Problems `vms-unreachable`, `route-blocked` (its messages would have to be
 * read by rules that this system's adapter does not bring). Throws `GuardHit`; the client is told by a close frame then, where it was
 * switched already.
 */
export async function passSocket(gate: WebGateParts, walk: Walk, client: Duplex, head: Buffer, still: () => Promise<void>): Promise<void> {
  const { request, asked, session } = walk;
  const route = walk.route!;
  const inspect = gate.web.inspect?.(route) ?? null;
  if (route.messageRules && !inspect) throw new Problem('route-blocked', 'What this WebSocket says nobody here can judge, so it does not pass.');
  const { target } = rebuild(gate.table, asked, { add: credentialsOf(walk) });
  const cookie = cookieForSystem(gate.web, session, walk.headers.cookie);
  const upstream = { upstream: gate.web.upstream, gate: gate.own, isAsset: false, cookie, body: null, upgrade: true };
  const headers = requestHeaders(request.rawHeaders, upstream);
  const { answer, socket, behind } = await gate.upstreamSocket({ method: 'GET', target, headers, body: null }, walk.gone.signal);
  const end = setTimeout(() => client.destroy(), WHOLE_MS);
  let isSwitched = false;
  try {
    const verdict = guardHandshake({ status: answer.statusCode ?? 0, headers: answer.rawHeaders, asked: headers });
    if (verdict !== 'pass') throw new GuardHit(verdict.why, verdict.where);
    isSwitched = true;
    client.write(switching(handshakeHeaders(answer.rawHeaders)));
    client.unshift(head);
    socket.unshift(behind);
    const carry = (from: Duplex, direction: Direction, to: Duplex): Promise<void> =>
      pipeline(
        from,
        new GuardedMessages({ class: route.class, direction, upstream: direction === 'to-client' ? gate.addresses : null, inspect }),
        // Not piped: whoever is at the other end is told why before the connection ends.
        async (messages: AsyncIterable<Buffer>) => {
          for await (const message of keepJudging(messages, gate.now, still)) if (!to.write(message)) await once(to, 'drain');
          to.end();
        },
      );
    await Promise.all([carry(client, 'to-server', socket), carry(socket, 'to-client', client)]);
  } catch (thrown) {
    // What was switched speaks no HTTP any more.
    if (isSwitched && thrown instanceof GuardHit) client.end(refusedClose, () => client.destroy());
    else if (isSwitched) client.destroy();
    throw thrown;
  } finally {
    clearTimeout(end);
    socket.destroy();
  }
}

const switching = (headers: http.OutgoingHttpHeaders): string =>
  `HTTP/1.1 101 Switching Protocols\r\n${Object.entries(headers)
    .map(([name, value]) => `${name}: ${String(value)}\r\n`)
    .join('')}\r\n`;
