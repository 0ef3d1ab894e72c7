// One search on a recorder: begun, turned page by page, and ended whatever happens, because recorders have few slots for them.
import { setTimeout as wait } from 'node:timers/promises';
import { Problem } from '../../plugin/domain/problem.js';
import type { Device } from './device.js';
import { list, member, SoapFault, text, value, type CallOptions } from './soap.js';

export type Question = { body: string } & (
  | { find: 'FindRecordings'; results: 'GetRecordingSearchResults'; entries: 'RecordingInformation' }
  | { find: 'FindEvents'; results: 'GetEventSearchResults'; entries: 'Result' }
);

const mostPages = 200;
const mostEntries = 20_000;
/** Before asking again after an empty page, milliseconds: some recorders do not wait for results as they are told to. */
const pauses = { least: 20, most: 1000 };

const pageBody = (token: string): string =>
  `<op:SearchToken>${value(token)}</op:SearchToken><op:MinResults>1</op:MinResults>
<op:MaxResults>50</op:MaxResults><op:WaitTime>PT5S</op:WaitTime>`;

async function turnPages(device: Device, url: URL, { results, entries }: Question, token: string, options: CallOptions) {
  const found: unknown[] = [];
  const begun = performance.now();
  let pause = pauses.least;
  for (let page = 0; page < mostPages && performance.now() - begun < device.limits.searchMs; page++) {
    const reply = await device.soap.call(results, url, pageBody(token), options);
    const fresh = list(member(reply, 'ResultList', entries));
    found.push(...fresh);
    if (found.length > mostEntries) throw new Problem('vms-fault', `The recorder’s search finds more than ${mostEntries} entries.`);
    // “Unknown” and a state left out end the search too: there is nobody to wait for. An empty page while searching is normal.
    const state = text(reply, 'ResultList', 'SearchState');
    if (state !== 'Searching' && state !== 'Queued') return found;
    if (fresh.length > 0) pause = pauses.least;
    else {
      await wait(pause, undefined, { signal: options.signal }).catch(() => options.signal.throwIfAborted());
      pause = Math.min(pause * 2, pauses.most);
    }
  }
  throw new Problem('vms-fault', 'The recorder’s search does not come to an end.');
}

/** A fault that says it is over already is normal. After an abort the slot is still given back. */
async function endSearch(device: Device, url: URL, token: string, options: CallOptions): Promise<void> {
  const signal = options.signal.aborted ? AbortSignal.timeout(1000) : options.signal;
  const body = `<op:SearchToken>${value(token)}</op:SearchToken>`;
  await device.soap.call('EndSearch', url, body, { ...options, signal }).catch(() => undefined);
}

async function searchOnce(device: Device, url: URL, question: Question, options: CallOptions): Promise<unknown[]> {
  const token = text(await device.soap.call(question.find, url, question.body, options), 'SearchToken');
  if (!token) throw new Problem('vms-fault', 'The recorder began a search without giving it a token.');
  try {
    return await turnPages(device, url, question, token, options);
  } finally {
    await endSearch(device, url, token, options);
  }
}

/** The search's token was lost, or no slot was free: both may be over by now. */
const passing = ['InvalidToken', 'InvalidState', 'ResourceProblem'];

/** Who waits, for his own search or behind another's, can leave at once. */
async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  let leave = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    leave = () => reject(signal.reason as Error);
    signal.addEventListener('abort', leave, { once: true });
  });
  try {
    signal.throwIfAborted();
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', leave);
  }
}

/**
 * All entries of a search, in the recorder's order. One search at a time on one recorder: some give every search the same token.
 * Throws SoapFault, or Problems `vms-fault` (no token, no end), `vms-unreachable`, `vms-refused`.
 */
export async function runSearch(device: Device, url: URL, question: Question, options: CallOptions): Promise<unknown[]> {
  const mine = device.searching.then(async () => {
    options.signal.throwIfAborted();
    return await searchOnce(device, url, question, options).catch((thrown: unknown) => {
      if (thrown instanceof SoapFault && thrown.subcodes.some((code) => passing.includes(code)))
        return searchOnce(device, url, question, options);
      throw thrown;
    });
  });
  device.searching = mine.catch(() => undefined);
  return await unlessAborted(mine, options.signal);
}
