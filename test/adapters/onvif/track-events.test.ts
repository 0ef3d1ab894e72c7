// Events of a recording's tracks → footage: start states, changes, several tracks, words of every spelling, and answers worth nothing.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { findFootage, footageIn } from '../../../adapters/onvif/track-events.js';
import { Problem } from '../../../plugin/domain/problem.js';
import { callOptions, deviceSaying, url } from './saying.js';

const at = (minute: number): string => new Date(Date.UTC(2026, 2, 1, 2, minute)).toISOString();
const span = { from: at(0), to: at(60) };

interface Event {
  minute: number | string;
  present: unknown;
  start?: string;
  track?: string;
  recording?: string;
  topic?: string;
}
const event = ({ minute, present, start = 'false', track = 'V1', recording = 'A', topic = 'tns1:RecordingHistory/Track/State' }: Event) => ({
  RecordingToken: recording,
  TrackToken: track,
  Time: typeof minute === 'number' ? at(minute) : minute,
  Event: {
    Topic: { $: { Dialect: 'x' }, _: topic },
    Message: { Message: { $: { UtcTime: at(0) }, Data: { SimpleItem: { $: { Name: 'IsDataPresent', Value: present } } } } },
  },
  StartStateEvent: start,
});
const start = (present: string, minute = 0, track = 'V1') => event({ minute, present, start: 'true', track });
const change = (minute: number, present: string, track = 'V1') => event({ minute, present, track });

describe('what a recorder promises', () => {
  const rows: [string, unknown[], string[], string | null][] = [
    ['all of the span', [start('true')], ['V1'], '0-60'],
    ['nothing of the span', [start('false')], ['V1'], ''],
    ['a hole', [start('true'), change(20, 'false'), change(30, 'true')], ['V1'], '0-20 30-60'],
    ['footage that begins and ends', [start('false'), change(10, '1'), change(50, '0')], ['V1'], '10-50'],
    ['other letters', [start('TRUE'), change(20, 'False')], ['V1'], '0-20'],
    ['a start state that bears the time of its change', [start('true', -600), change(20, 'false')], ['V1'], '0-20'],
    ['no start state: the first change tells it', [change(20, 'false'), change(30, 'true')], ['V1'], '0-20 30-60'],
    ['changes outside the span', [start('true'), change(70, 'false')], ['V1'], '0-60'],
    ['changes out of order', [change(30, 'true'), change(20, 'false'), start('true')], ['V1'], '0-20 30-60'],
    ['the same state twice', [start('true'), change(5, 'true'), change(20, 'false'), change(25, 'false')], ['V1'], '0-20'],
    ['video beside audio', [start('false'), start('true', 0, 'A1')], ['V1'], ''],
    ['two video tracks', [start('true'), change(20, 'false'), start('false', 0, 'V2'), change(40, 'true', 'V2')], ['V1', 'V2'], '0-20 40-60'],
    ['tracks of unknown kind', [start('true'), change(20, 'false'), start('true', 0, 'X')], [], '0-60'],
    ['another recording’s events', [event({ minute: 0, present: 'true', start: 'true', recording: 'B' })], ['V1'], null],
    ['audio only, where the video track is known', [start('true', 0, 'A1')], ['V1'], null],
    ['another topic', [event({ minute: 0, present: 'true', topic: 'tns1:RecordingHistory/Recording/State' })], ['V1'], null],
    ['no event at all', [], ['V1'], null],
  ];
  for (const [name, entries, videoTracks, promised] of rows)
    it(`${name} → ${promised ?? 'it cannot say'}`, () => {
      const spans = footageIn(entries, { token: 'A', videoTracks }, span);
      const told = spans?.map(({ from, to }) => `${(Date.parse(from) - Date.parse(at(0))) / 60_000}-${(Date.parse(to) - Date.parse(at(0))) / 60_000}`);
      assert.equal(told?.join(' ') ?? null, promised);
    });

  const worthless: [string, unknown][] = [
    ['a state that is no word of truth', event({ minute: 0, present: 'perhaps' })],
    ['a state left out', { RecordingToken: 'A', TrackToken: 'V1', Time: at(0) }],
    ['a time without a zone', event({ minute: '2026-03-01T02:00:00', present: 'true' })],
    ['a time that is none', event({ minute: 'soon', present: 'true' })],
    ['text in place of an event', 'event'],
  ];
  for (const [name, entry] of worthless)
    it(`${name} makes the answer worthless`, () =>
      assert.throws(() => footageIn([start('true'), entry], { token: 'A', videoTracks: ['V1'] }, span), { code: 'vms-fault' }));

  it('tells sorted spans inside the asked one, whatever comes', () => {
    const anyEvent = fc
      .record({ minute: fc.integer({ min: -100, max: 160 }), present: fc.constantFrom('true', 'false'), start: fc.constantFrom('true', 'false') })
      .map(event);
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 20 }), (entries) => {
        const spans = footageIn(entries, { token: 'A', videoTracks: [] }, span) ?? [];
        const borders = spans.flatMap(({ from, to }) => [from, to]);
        assert.ok(borders.every((border, index) => border >= span.from && border <= span.to && border > (borders[index - 1] ?? '')));
      }),
      { numRuns: 200 },
    );
  });

  const result = (...entries: unknown[]) => ({ ResultList: { SearchState: 'Completed', Result: entries } });
  const found = { SearchToken: 'S1' };
  const searches: [string, Parameters<typeof deviceSaying>[0], string | null][] = [
    ['answered', { FindEvents: [found], GetEventSearchResults: [result(start('true'))] }, '1'],
    ['not supported', {}, null],
    ['without end', { FindEvents: [found], GetEventSearchResults: [{ ResultList: { SearchState: 'Searching' } }] }, null],
    ['stalled', { FindEvents: [new Problem('vms-unreachable', 'no answer in time')] }, null],
    ['answered with nonsense', { FindEvents: [found], GetEventSearchResults: ['x'] }, null],
    ['refused for the login', { FindEvents: [new Problem('vms-refused', 'no')] }, 'vms-refused'],
  ];
  for (const [name, answers, outcome] of searches)
    it(`FindEvents ${name} → ${outcome ?? 'it cannot say'}`, async () => {
      const { device } = deviceSaying(answers);
      const spans = await findFootage(device, url, { token: 'A', videoTracks: [] }, span, callOptions()).then(
        (each) => each?.length.toString() ?? null,
        (error: unknown) => (error as Problem).code,
      );
      assert.equal(spans, outcome);
    });
  it('asks in whole seconds around the span, in the order of the WSDL', async () => {
    const { device, bodies } = deviceSaying({ FindEvents: [found], GetEventSearchResults: [result()] });
    const odd = { from: '2026-03-01T02:00:00.400Z', to: '2026-03-01T02:00:09.001Z' };
    assert.equal(await findFootage(device, url, { token: 'R & D', videoTracks: [] }, odd, callOptions()), null);
    const order = ['<op:StartPoint>2026-03-01T02:00:00Z<', '<op:EndPoint>2026-03-01T02:00:10Z<', '>R &amp; D<', 'Track/State<', '>PT60S<'];
    const places = order.map((part) => bodies[0]?.indexOf(part) ?? -1);
    assert.ok(places.every((place, index) => place > (places[index - 1] ?? -1)), places.join());
  });
  it('throws the abort’s own reason', async () => {
    const { device } = deviceSaying({ FindEvents: [new Error('the connection was destroyed')] });
    const signal = AbortSignal.abort(new Error('enough'));
    await assert.rejects(findFootage(device, url, { token: 'A', videoTracks: [] }, span, { ...callOptions(), signal }), /enough/);
  });
});
