// Where the gate listens: not in the clear on a network, and not twice at one address.
import type { Fault } from '../domain/problem.js';
import { fault, readUrl, type Check } from './check.js';

export const isLoopback = (host: string): boolean => host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);

/** Threat: tokens and footage in the clear on a network. Plain HTTP stays on this machine, or behind a proxy that does TLS. */
export const listening: Check = ({ listen }) => {
  if (!listen) return [];
  const faults: Fault[] = [];
  if (!listen.tls && !listen.behindProxy && !isLoopback(listen.host))
    faults.push(
      fault(
        'listen-open',
        'listen.tls',
        'Plain HTTP is for loopback only; right is tls: {certFile, keyFile}, or behindProxy: true where a proxy does TLS.',
      ),
    );
  const url = listen.publicUrl ? readUrl(listen.publicUrl) : null;
  if (listen.publicUrl && !url)
    faults.push(fault('not-allowed', 'listen.publicUrl', 'It is not an address; right is one like https://exportgate.example.'));
  if (url?.protocol === 'http:' && !isLoopback(url.hostname.replace(/^\[|\]$/g, '')))
    faults.push(fault('listen-open', 'listen.publicUrl', 'People would sign in without TLS; right is an https address.'));
  return faults;
};

/** Two listeners cannot share an address. A wildcard host takes the port on all of them. */
export const portsApart: Check = ({ listen, recorders }) => {
  const all = [
    { where: 'listen.port', at: listen ?? null },
    ...recorders.map((recorder, index) => ({ where: `recorders[${index}].front`, at: recorder?.front ?? null })),
    ...recorders.map((recorder, index) => ({ where: `recorders[${index}].web`, at: recorder?.web ?? null })),
  ];
  const anyHost = (host: string): boolean => host === '0.0.0.0' || host === '::';
  return all.flatMap(({ where, at }, index) => {
    const before = all
      .slice(0, index)
      .find(
        ({ at: other }) =>
          at && other && at.port !== 0 && at.port === other.port && (at.host === other.host || anyHost(at.host) || anyHost(other.host)),
      );
    return before ? [fault('port-taken', where, `It is the address of ${before.where}; right is another port.`)] : [];
  });
};
