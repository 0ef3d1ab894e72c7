// A listener in the place of a video system's pages: under a host name of its own, in the clear on this machine alone, its people named once.
import type { Fault } from '../domain/problem.js';
import { isLoopback } from './check-listeners.js';
import { fault, readUrl, type Check, type KnownAdapter } from './check.js';

const isAny = (host: string): boolean => host === '0.0.0.0' || host === '::';
const nameIn = (url: string | null | undefined, host: string): string => (url && readUrl(url)?.hostname.replace(/^\[|\]$/g, '')) || host;

const webs = (adapters: readonly KnownAdapter[]): string[] => adapters.filter(({ web }) => web).map(({ kind }) => kind);

/**
 * Threat: cookies know no port, and a page's scripts reach all of their host. Scripts of the video system under the gate's own host name would
 * act there with the session of whoever looks at its pages.
 */
export const websApart: Check = ({ listen, recorders }, { adapters }) =>
  recorders.flatMap((recorder, index): Fault[] => {
    const web = recorder?.web;
    const known = adapters.find(({ kind }) => kind === recorder?.adapter);
    const misplaced = recorder?.front && known && !known.front ? [fault('not-allowed', `recorders[${index}].front`, `The adapter ${known.kind} has pages, and no SOAP; right is web.`)] : [];
    if (!recorder || !web) return misplaced;
    const where = `recorders[${index}].web`;
    const name = nameIn(web.publicUrl, web.host);
    const scheme = web.publicUrl && readUrl(web.publicUrl)?.protocol;
    const twice = web.people.findIndex(({ account }, at) => web.people.findIndex((it) => it.account === account) < at);
    return [
      ...misplaced,
      ...(webs(adapters).includes(recorder.adapter)
        ? []
        : [fault('not-allowed', where, `The adapter ${recorder.adapter} knows no pages; right is one of: ${webs(adapters).join(', ') || 'none'}.`)]),
      ...(isAny(web.host) && !web.publicUrl
        ? [fault('missing', `${where}.publicUrl`, 'It listens on every address; right is the one that its clients use, like https://vms.example.')]
        : []),
      ...(listen && name === nameIn(listen.publicUrl, listen.host)
        ? [fault('host-shared', where, 'It has the host name of the gate itself; right is another name for the video system’s pages.')]
        : []),
      ...(!web.tls && !isLoopback(web.host) && scheme !== 'https:'
        ? [fault('listen-open', `${where}.tls`, 'Passwords of the video system and footage would pass in the clear; right is tls: {certFile, keyFile}, or publicUrl with https where a proxy does TLS.')]
        : []),
      ...(twice < 0 ? [] : [fault('named-twice', `${where}.people[${twice}].account`, 'This account stands here twice; right is one person for each account.')]),
    ];
  });
