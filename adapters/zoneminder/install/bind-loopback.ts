// The web server listens for this machine alone: then nobody but the gate reaches it, whatever they know.
import type { Machine } from '../../../plugin/domain/install.js';
import { Problem } from '../../../plugin/domain/problem.js';
import { isListening } from './ask.js';
import { newTexts, type Edit, type NewText } from './edit-apache.js';
import { readApache, type Directive } from './read-apache.js';
import type { Seen, WebStep } from './web-step.js';
import type { WebServer } from './web-server.js';

export const isLoopback = (host: string): boolean => /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host) || host === '::1' || host === '[::1]' || host === 'localhost';

interface Listener {
  directive: Directive;
  /** Null: every address. */
  host: string | null;
  port: number;
  protocol: string | null;
}

/** `80`, `*:80`, `192.0.2.1:80`, `[::]:80`, with a protocol behind it. Problem `config-invalid`: what cannot be read. */
export function readListen(directive: Directive): Listener {
  const [where = '', protocol = null] = directive.args;
  const found = /^(?:(\[[0-9A-Fa-f:.%\w]*\]|[^:[\]\s]+):)?(\d{1,5})$/.exec(where);
  if (!found) throw new Problem('config-invalid', `${directive.file}:${directive.line + 1}: “Listen ${where}” cannot be read; right is a port, or an address and a port.`);
  const host = found[1] ?? null;
  return { directive, host: host === null || ['*', '0.0.0.0', '[::]'].includes(host) ? null : host, port: Number(found[2]), protocol };
}

export function bindLoopback({ machine, server }: { machine: Machine; server: WebServer }): WebStep {
  const own = server.base.hostname === 'localhost' ? '127.0.0.1' : server.base.hostname;
  const port = Number(server.base.port || 80);
  let known: number[] | null = null;
  const look = async (): Promise<Listener[]> => {
    const found = (await readApache(machine, server.main)).directives.filter(({ name }) => name === 'listen').map(readListen);
    known ??= [...new Set(found.map((it) => it.port))];
    return found;
  };
  return {
    step: 'loopback',
    zh: '网页服务器只在本机监听:除网关外谁也到不了',
    en: 'the web server listens on this machine alone: only the gate reaches it',
    activate: 'restart',
    plan: async (): Promise<NewText[]> => {
      const listeners = await look();
      if (!listeners.some((it) => it.port === port))
        throw new Problem('config-invalid', `The web server does not listen on port ${port}, which the recorder’s url names; it listens on ${[...new Set(listeners.map((it) => it.port))].join(', ') || 'none'}.`);
      const taken = new Set(listeners.filter(({ host }) => host === own || host === 'localhost').map((it) => it.port));
      const edits = listeners
        .filter(({ host }) => host === null || !isLoopback(host))
        .map(({ directive, port: its, protocol }): Edit => {
          if (taken.has(its)) return { at: directive };
          taken.add(its);
          return { at: directive, to: ['Listen', `${own}:${its}`, ...(protocol === null ? [] : [protocol])].join(' ') };
        });
      return newTexts(edits);
    },
    measure: async () => {
      await look();
      return Promise.all(
        machine.addresses.flatMap((address) =>
          known!.map(async (its): Promise<Seen> => {
            const taken = await isListening(address, its);
            return { what: `${address.includes(':') ? `[${address}]` : address}:${its}`, told: taken ? 'connection taken' : 'no connection', closed: !taken };
          }),
        ),
      );
    },
  };
}
