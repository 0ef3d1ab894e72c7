// One search against answers that recorders give: pages, empty pages, lost tokens, no end.
import assert from 'node:assert/strict';
import { runSearch } from '../../../adapters/onvif/search.js';
import type { Reply } from '../../../adapters/onvif/shape-reply.js';
import { SoapFault } from '../../../adapters/onvif/soap.js';
import { type Problem } from '../../../plugin/domain/problem.js';
import { callOptions, deviceSaying, notSupported, url } from './saying.js';

const found = { SearchToken: 'RecordingSearchToken_1' };
const question = {
  find: 'FindRecordings',
  results: 'GetRecordingSearchResults',
  entries: 'RecordingInformation',
  body: '<op:KeepAliveTime>PT60S</op:KeepAliveTime>',
} as const;
/** One entry comes as an element, several as an array, none not at all. */
const page = (state: string | null, ...tokens: string[]): Reply => ({
  ResultList: {
    ...(state !== null && { SearchState: state }),
    ...(tokens.length > 0 && { RecordingInformation: tokens.length > 1 ? tokens : tokens[0] }),
  },
});
const lost = new SoapFault(['Sender', 'InvalidArgVal', 'InvalidToken']);
const full = new SoapFault(['Receiver', 'Action', 'ResourceProblem']);

describe('a search', () => {
  const rows: [string, (Reply | Error)[], (Reply | Error)[], string][] = [
    ['one page', [found], [page('Completed', 'A', 'B')], 'A B'],
    ['one entry', [found], [page('Completed', 'A')], 'A'],
    ['several pages, an empty one between', [found], [page('Searching', 'B'), page('Searching'), page('Completed', 'A')], 'B A'],
    ['the old word for waiting', [found], [page('Queued'), page('Completed', 'A')], 'A'],
    ['a state left out', [found], [page(null, 'A')], 'A'],
    ['a state that nobody knows', [found], [page('Unknown', 'A')], 'A'],
    ['nothing', [found], [page('Completed')], ''],
    ['an empty list', [found], [{ ResultList: '' }], ''],
    ['a token lost once', [found], [lost, page('Completed', 'A')], 'A'],
    ['no slot at first', [full, found], [page('Completed', 'A')], 'A'],
    ['a token lost again and again', [found], [lost], 'InvalidToken'],
    ['no slot at all', [full], [], 'ResourceProblem'],
    ['not there', [notSupported], [], 'ActionNotSupported'],
    ['no token', [{}], [], 'vms-fault'],
    ['no end', [found], [page('Searching')], 'vms-fault'],
    ['no end of entries', [found], [page('Searching', ...Array<string>(5000).fill('A'))], 'vms-fault'],
  ];
  for (const [name, begins, pages, outcome] of rows)
    it(`${name} → ${outcome || 'empty'}`, async () => {
      const { device, asked } = deviceSaying({ FindRecordings: begins, GetRecordingSearchResults: pages });
      const entries = await runSearch(device, url, question, callOptions()).catch((error: unknown) =>
        error instanceof SoapFault ? error.subcodes.at(-1) : (error as Problem).code,
      );
      assert.equal(Array.isArray(entries) ? entries.join(' ') : entries, outcome);
      const begun = asked.filter((operation) => operation === 'FindRecordings').length - begins.filter((each) => each !== found).length;
      if (begins[0] !== full || begins.length > 1)
        assert.equal(asked.filter((operation) => operation === 'EndSearch').length, Math.max(begun, 0), 'every search that was begun is ended');
    });

  it('runs one after the other on one recorder', async () => {
    const { device, asked } = deviceSaying({ FindRecordings: [found], GetRecordingSearchResults: [page('Completed', 'A')] });
    await Promise.all([runSearch(device, url, question, callOptions()), runSearch(device, url, question, callOptions())]);
    const one = ['FindRecordings', 'GetRecordingSearchResults', 'EndSearch'];
    assert.deepEqual(asked, [...one, ...one]);
  });
  it('leaves the queue when it is aborted, and is not begun later', async () => {
    const { device, asked } = deviceSaying({});
    let release = (): void => undefined;
    device.searching = new Promise<void>((resolve) => (release = resolve));
    const controller = new AbortController();
    const work = runSearch(device, url, question, { ...callOptions(), signal: controller.signal });
    controller.abort(new Error('enough'));
    await assert.rejects(work, /enough/);
    release();
    await device.searching;
    assert.deepEqual(asked, []);
  });
  it('is ended when it is aborted between two pages', async () => {
    const controller = new AbortController();
    const { device, asked } = deviceSaying({ FindRecordings: [found], GetRecordingSearchResults: [page('Searching')] }, { searchMs: 60_000 });
    const work = runSearch(device, url, question, { ...callOptions(), signal: controller.signal });
    setImmediate(() => controller.abort(new Error('enough')));
    await assert.rejects(work, /enough/);
    await device.searching;
    assert.equal(asked.at(-1), 'EndSearch');
  });
});
