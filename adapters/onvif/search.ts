// Is the recording there? FindRecordings, page by page; the search is ended whatever happens, because recorders have few slots.
import { Problem } from '../../plugin/domain/problem.js';
import type { PullReport } from '../../plugin/domain/vms.js';
import type { Device } from './device.js';
import { asProblem, list, member, SoapFault, text, value, type CallOptions } from './soap.js';

const mostPages = 200;

/** Scope and KeepAliveTime in the order and spelling of the WSDL. */
const findBody = `<op:Scope><tt:RecordingInformationFilter>boolean(//Track[TrackType = "Video"])</tt:RecordingInformationFilter></op:Scope>
<op:KeepAliveTime>PT60S</op:KeepAliveTime>`;
const pageBody = (token: string): string =>
  `<op:SearchToken>${value(token)}</op:SearchToken><op:MinResults>1</op:MinResults>
<op:MaxResults>50</op:MaxResults><op:WaitTime>PT5S</op:WaitTime>`;

async function fetchTokens(device: Device, url: URL, searchToken: string, options: CallOptions): Promise<Set<string>> {
  const tokens = new Set<string>();
  const begun = performance.now();
  for (let page = 0; page < mostPages && performance.now() - begun < device.limits.searchMs; page++) {
    const reply = await device.soap.call('GetRecordingSearchResults', url, pageBody(searchToken), options);
    for (const entry of list(member(reply, 'ResultList', 'RecordingInformation'))) {
      const token = text(entry, 'RecordingToken');
      if (token) tokens.add(token);
    }
    // “Unknown” and a state left out end the search too: there is nobody to wait for. An empty page while searching is normal.
    const state = text(reply, 'ResultList', 'SearchState');
    if (state !== 'Searching' && state !== 'Queued') return tokens;
  }
  throw new Problem('vms-fault', 'The recorder’s search does not come to an end.');
}

async function search(device: Device, url: URL, options: CallOptions): Promise<Set<string>> {
  const searchToken = text(await device.soap.call('FindRecordings', url, findBody, options), 'SearchToken');
  if (!searchToken) throw new Problem('vms-fault', 'The recorder began a search without giving it a token.');
  try {
    return await fetchTokens(device, url, searchToken, options);
  } finally {
    await endSearch(device, url, searchToken, options);
  }
}

/** A fault that says it is over already is normal. After an abort nobody waits for the answer, but the slot is still given back. */
async function endSearch(device: Device, url: URL, searchToken: string, options: CallOptions): Promise<void> {
  const { aborted } = options.signal;
  const call = device.soap.call('EndSearch', url, `<op:SearchToken>${value(searchToken)}</op:SearchToken>`, {
    ...options,
    signal: aborted ? AbortSignal.timeout(1000) : options.signal,
  });
  const ended = call.catch(() => undefined);
  if (!aborted) await ended;
}

/** Who waits behind another's search can still leave. */
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
 * Which rung found it: `search`, or `configured` where the recorder's search is missing, faulty or empty (facts vary by vendor) and the
 * token is taken
 * as configured. Problems: `footage-missing` where the search lists recordings and this one is not among them; `vms-unreachable`,
 * `vms-refused`, `vms-fault`.
 */
export async function findRecording(
  device: Device,
  url: URL | undefined,
  recording: string,
  options: CallOptions,
): Promise<PullReport['rung']> {
  if (!url) return 'configured';
  const mine = device.searching.then(() =>
    search(device, url, options).catch((thrown: unknown) => {
      // The token of the search was lost: once more.
      if (thrown instanceof SoapFault && thrown.subcodes.includes('InvalidToken')) return search(device, url, options);
      throw thrown;
    }),
  );
  device.searching = mine.catch(() => undefined);
  try {
    const tokens = await unlessAborted(mine, options.signal);
    if (tokens.size > 0 && !tokens.has(recording)) throw new Problem('footage-missing', 'The recorder has no recording of this token.');
    return tokens.size > 0 ? 'search' : 'configured';
  } catch (thrown) {
    if (thrown instanceof SoapFault) return 'configured';
    throw asProblem(thrown);
  }
}
