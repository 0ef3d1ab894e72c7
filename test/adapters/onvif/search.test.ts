// The search for a recording against answers that recorders give: pages, empty pages, lost tokens, no end.
import assert from 'node:assert/strict';
import { makeDevice, type Device } from '../../../adapters/onvif/device.js';
import { findRecording } from '../../../adapters/onvif/search.js';
import { SoapFault, type Operation, type Reply } from '../../../adapters/onvif/soap.js';
import { makeTranscript } from '../../../adapters/onvif/transcript.js';
import { quick } from './rig.js';

const url = new URL('http://127.0.0.1:9/onvif/search_service');
const found = { SearchToken: 'RecordingSearchToken_1' };
const page = (state: string | null, ...tokens: string[]): Reply => {
  const entries = tokens.map((token) => ({ RecordingToken: token }));
  // One entry comes as an object, several as an array, none not at all.
  const information = entries.length > 1 ? entries : entries[0];
  return {
    ResultList: { ...(state === null ? {} : { SearchState: state }), ...(information ? { RecordingInformation: information } : {}) },
  };
};

/** A device that gives these answers one after the other; an Error is thrown. EndSearch is answered with a fault, as some do. */
function deviceSaying(answers: readonly (Reply | Error)[]): { device: Device; asked: Operation[] } {
  const device = makeDevice({ id: 'r', url: url.href, user: 'a', password: 'b' }, quick, () => new Date(0));
  const asked: Operation[] = [];
  let next = 0;
  device.soap = {
    setSkew: () => undefined,
    call: (operation) => {
      asked.push(operation);
      if (operation === 'EndSearch') return Promise.reject(new SoapFault(['Sender', 'InvalidToken']));
      const answer = answers[Math.min(next++, answers.length - 1)];
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
    },
  };
  return { device, asked };
}

describe('the search for a recording', () => {
  const options = () => ({ signal: new AbortController().signal, transcript: makeTranscript() });
  const lost = new SoapFault(['Sender', 'InvalidArgVal', 'InvalidToken']);
  const rows: [string, (Reply | Error)[], string][] = [
    ['one page', [found, page('Completed', 'A', 'B')], 'search'],
    ['one recording', [found, page('Completed', 'A')], 'search'],
    ['several pages, an empty one between', [found, page('Searching', 'B'), page('Searching'), page('Completed', 'A')], 'search'],
    ['the old word for waiting', [found, page('Queued'), page('Completed', 'A')], 'search'],
    ['a state left out', [found, page(null, 'A')], 'search'],
    ['a state that nobody knows', [found, page('Unknown', 'A')], 'search'],
    ['no recording at all', [found, page('Completed')], 'configured'],
    ['others only', [found, page('Completed', 'B')], 'footage-missing'],
    ['no search', [new SoapFault(['Receiver', 'ActionNotSupported'])], 'configured'],
    ['a token lost once', [found, lost, found, page('Completed', 'A')], 'search'],
    ['a token lost again and again', [lost, lost], 'configured'],
    ['a search without a token', [{}], 'vms-fault'],
    ['a search without end', [found, page('Searching')], 'vms-fault'],
  ];
  for (const [name, answers, outcome] of rows)
    it(`${name} → ${outcome}`, async () => {
      const { device, asked } = deviceSaying(answers);
      const rung = await findRecording(device, url, 'A', options()).catch((error: unknown) => (error as { code: string }).code);
      assert.equal(rung, outcome);
      assert.equal(
        asked.filter((operation) => operation === 'EndSearch').length,
        answers.filter((answer) => answer === found).length,
        'every search that was begun is ended',
      );
    });

  it('takes the token as configured where there is no search service', async () =>
    assert.equal(await findRecording(deviceSaying([]).device, undefined, 'A', options()), 'configured'));
  it('searches one after the other on one recorder', async () => {
    const { device, asked } = deviceSaying([found, page('Completed', 'A'), found, page('Completed', 'A')]);
    await Promise.all([findRecording(device, url, 'A', options()), findRecording(device, url, 'A', options())]);
    assert.deepEqual(
      asked,
      [...Array(2).keys()].flatMap(() => ['FindRecordings', 'GetRecordingSearchResults', 'EndSearch']),
    );
  });
  it('leaves the queue when it is aborted', async () => {
    const { device, asked } = deviceSaying([]);
    device.searching = new Promise(() => undefined);
    const controller = new AbortController();
    const work = findRecording(device, url, 'A', { ...options(), signal: controller.signal });
    controller.abort(new Error('enough'));
    await assert.rejects(work, /enough/);
    assert.deepEqual(asked, []);
  });
});
