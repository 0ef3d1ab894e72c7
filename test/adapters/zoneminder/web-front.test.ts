// What a request is about: the recording's own camera and times, as ZoneMinder tells the gate's account, whatever else the request says.
import assert from 'node:assert/strict';
import { webFront } from '../../../adapters/zoneminder/index.js';
import type { WebClass } from '../../../plugin/domain/route-table.js';
import type { AnswerForm, WebFront } from '../../../plugin/domain/web-front.js';
import { never, problemOf } from '../../contract/vms.js';
import { asked, route } from './asked.js';
import { addressOf, quick } from './rig.js';
import { startStandIn, type StandIn, type StandInEvent } from './stand-in.js';

const day = (time: string): string => `2026-03-01T${time}.000Z`;
const recorded: StandInEvent[] = [
  { id: 7, monitor: 1, start: day('02:00:00'), end: day('02:00:10'), lengthMs: 10_200, frames: 103, film: Buffer.alloc(1), rows: [[1, 0], [100, 9.9]] },
  { id: 8, monitor: 2, start: day('02:00:00'), end: day('02:01:00'), lengthMs: 60_000, frames: 601, film: Buffer.alloc(1) },
  { id: 9, monitor: 1, start: day('03:00:00'), end: null, lengthMs: 0, frames: 1, film: Buffer.alloc(1) },
];
const seven = { event: '7', source: { recording: '1' }, from: day('02:00:00'), to: day('02:00:11'), finished: true, offsetMs: 0 };
const eight = { event: '8', source: { recording: '2' }, from: day('02:00:00'), to: day('02:01:01'), finished: true, offsetMs: 0 };
const mjpeg = (more: Partial<AnswerForm> = {}): AnswerForm => ({ kind: 'mjpeg', boundary: 'ZoneMinderFrame', ratePercent: 100, scalePercent: 100, from: seven.from, ...more }) as AnswerForm;
const still = (at: string, width: number | null = null, height: number | null = null): AnswerForm => ({ kind: 'still', at, width, height });

describe('a request to ZoneMinder’s pages', () => {
  let standIn: StandIn;
  let front: WebFront;
  before(async () => {
    standIn = await startStandIn({ events: structuredClone(recorded).map((event, index) => ({ ...event, film: recorded[index]!.film })) });
    front = webFront(addressOf(standIn), { limits: quick });
  });
  afterEach(() => void ((standIn.fault = () => null), (standIn.events = [...recorded])));
  after(() => standIn.close());

  describe('asks for footage', () => {
    const rows: [string, string, AnswerForm, object[]][] = [
      ['zm-view-video', 'GET /index.php?view=view_video&eid=7', { kind: 'clip' }, [seven]],
      ['zm-view-video', 'GET /index.php?view=view_video&event_id=7', { kind: 'clip' }, [seven]],
      ['zm-view-video', 'POST /index.php  view=view_video&eid=8', { kind: 'clip' }, [eight]],
      ['zm-video-download', 'GET /index.php?view=video&eid=7&downloadIndex=0', { kind: 'clip' }, [seven]],
      ['zm-image-objdetect-mp4', 'GET /index.php?view=image&eid=7&fid=objdetect_mp4', { kind: 'clip' }, [seven]],
      // The first picture is told to lie early in its second: start and length reach no further.
      ['zm-image-eid', 'GET /index.php?view=image&eid=7&fid=1', still(day('02:00:00').replace('.000', '.400')), [seven]],
      ['zm-image-eid', 'GET /index.php?view=image&eid=7&fid=51&width=320&height=240', still('2026-03-01T02:00:05.400Z', 320, 240), [seven]],
      ['zm-image-eid', 'GET /index.php?view=image&eid=7&fid=100&scale=50', still('2026-03-01T02:00:10.300Z', 384, 288), [seven]],
      ['zm-image-eid', 'GET /index.php?view=image&eid=7&fid=9000', still('2026-03-01T02:00:10.999Z'), [seven]],
      ['zm-image-eid', 'GET /index.php?view=image&eid=7&fid=snapshot&width=48', still('2026-03-01T02:00:00.400Z', 48, null), [seven]],
      ['zm-image-eid', 'GET /index.php?view=image&eid=7&fid=alarm', still('2026-03-01T02:00:00.400Z'), [seven]],
      ['zm-image-framepk', 'GET /index.php?view=image&fid=7001', still('2026-03-01T02:00:10.300Z'), [seven]],
      ['zms-event', 'GET /cgi-bin/nph-zms?source=event&mode=jpeg&event=7&frame=1&rate=100&maxfps=30&replay=none&scale=100', mjpeg({ from: '2026-03-01T02:00:00.400Z' }), [seven]],
      ['zms-event', 'GET /cgi-bin/zms?source=event&event=7&rate=400&scale=25&connkey=123456', mjpeg({ ratePercent: 400, scalePercent: 25 }), [seven]],
      // ZoneMinder itself would look at the camera that the request names: it is the recording's that counts.
      ['zms-event', 'GET /cgi-bin/zms?source=monitor&monitor=1&event=8', mjpeg(), [eight]],
      ['zms-event', 'GET /cgi-bin/zms?source=event&event=7&mode=single&frame=51', still('2026-03-01T02:00:05.400Z'), [seven]],
      ['zms-event-time', `GET /cgi-bin/zms?source=event&event=7&monitor=2&time=${Date.parse(day('02:00:30')) / 1000}`, mjpeg({ from: day('02:00:30') }), [eight]],
      ['zm-ajax-export', 'GET /index.php?view=request&request=event&action=export&eids[]=7&eids[]=8&exportVideo=1&connkey=1', { kind: 'archive' }, [seven, eight]],
      ['zm-ajax-export', 'GET /index.php?request=event&action=download&id=7', { kind: 'archive' }, [seven]],
      ['zm-ajax-export', 'GET /index.php?request=event&action=export&eids=7&id=8', { kind: 'archive' }, [seven]],
      ['zm-ajax-export', 'GET /index.php?request=event&action=video&id=7&videoFormat=avi&rate=100&scale=50', { kind: 'clip' }, [seven]],
    ];
    for (const [id, text, form, footage] of rows)
      it(text, async () => assert.deepEqual(await front.wanted(asked(text), route(id), never()), { footage, form }));

    it('of what is being recorded: up to now', async () => {
      const { footage } = await front.wanted(asked('GET /index.php?view=view_video&eid=9'), route('zm-view-video'), never());
      assert.equal(footage[0]?.finished, false);
      assert.ok(Math.abs(Date.parse(footage[0].to) - Date.now()) < 5000);
    });

    const blocked: [string, string][] = [
      ['zm-view-video', 'GET /index.php?view=view_video'],
      ['zm-view-video', 'GET /index.php?view=view_video&eid=7abc'],
      ['zm-view-video', 'GET /index.php?view=view_video&eid=07'],
      ['zm-view-video', 'GET /index.php?view=view_video&eid=-7'],
      ['zm-view-video', 'GET /index.php?view=view_video&eid=7&event_id=8'],
      ['zm-image-eid', 'GET /index.php?view=image&eid=7&fid=../../8'],
      ['zm-image-eid', 'GET /index.php?view=image&eid=7'],
      ['zm-archive', 'GET /index.php?view=archive&type=zip&connkey=111111'],
      ['zm-view-download', 'GET /index.php?view=download&file=a.zip'],
      ['zms-live-delayed', 'GET /cgi-bin/zms?monitor=1&mode=jpeg&buffer=1000'],
      ['zm-ajax-stream-seek', 'GET /index.php?request=stream&connkey=1&command=14'],
      ['zms-event', 'GET /cgi-bin/zms?source=event&event=7&mode=mpeg'],
      ['zms-event', 'GET /cgi-bin/zms?source=event&event=7&event=8'],
      ['zms-event', 'GET /cgi-bin/zms?source=event&event=7&rate=-100'],
      ['zms-event', 'GET /cgi-bin/zms?source=event&mode=jpeg'],
      ['zms-event', `GET /cgi-bin/zms?source=event&event=7${'&a1=1&b1=2&c1=3&d1=4&e1=5&f1=6&g1=7'}&a=1&b=2&c=3&d=4&e=5&f=6&g=7&h=8`],
      ['zm-ajax-export', 'GET /index.php?request=event&action=export'],
      ['zm-ajax-export', 'GET /index.php?request=event&action=export&eids[]=7&eids=8'],
      ['zm-ajax-export', `GET /index.php?request=event&action=export&${Array.from({ length: 501 }, (_, index) => `eids[]=${index + 1}`).join('&')}`],
      ['toString', 'GET /index.php?view=view_video&eid=7'],
    ];
    for (const [id, text] of blocked)
      it(`${text.slice(0, 90)} as ${id}: not at all`, async () => assert.equal((await problemOf(front.wanted(asked(text), route(id), never()))).code, 'route-blocked'));

    it('all or nothing: one that is not there ends it', async () => {
      const text = 'GET /index.php?request=event&action=export&eids[]=7&eids[]=999';
      assert.equal((await problemOf(front.wanted(asked(text), route('zm-ajax-export'), never()))).code, 'footage-missing');
    });

    for (const [fault, code] of [['broken', 'vms-unreachable'], ['unauthorised', 'vms-refused'], ['shapeless', 'vms-fault'], ['gone', 'footage-missing']] as const)
      it(`ZoneMinder answers ${fault}: ${code}, and nothing is known`, async () => {
        standIn.fault = ({ path }) => (path.startsWith('api/events') ? fault : null);
        assert.equal((await problemOf(front.wanted(asked('GET /index.php?view=view_video&eid=7'), route('zm-view-video'), never()))).code, code);
      });
  });

  describe('opens a page', () => {
    const rows: [string, object | null][] = [
      ['GET /index.php?view=event&eid=7', seven],
      ['GET /?view=event&eid=8&fid=3', eight],
      ['GET /index.php?view=frame&eid=7&fid=2', seven],
      ['GET /index.php?view=event&eid=999', null],
      ['GET /index.php?view=console', null],
      ['GET /index.php?view=events&eid=7', null],
      ['GET /index.php?view=event&eid=7&request=status', null],
      ['GET /api/events/7.json', null],
    ];
    for (const [text, footage] of rows) it(`${text}: ${footage ? 'about a recording' : 'about none'}`, async () => assert.deepEqual(await front.pageAbout(asked(text), route('zm-html', 'safe'), never()), footage));
  });

  describe('watches live', () => {
    const rows: [string, WebClass, string | null][] = [
      ['GET /cgi-bin/nph-zms?mode=jpeg&monitor=1&scale=50&maxfps=5&connkey=123456', 'live', '1'],
      ['GET /cgi-bin/zms?mode=single&monitor=12&rand=1700000000&source=monitor&maxfps=0.5', 'live', '12'],
      ['GET /cgi-bin/zms?mode=jpeg&monitor=1&auth=0123456789abcdef0123456789abcdef', 'live', '1'],
      ['GET /index.php?view=request&request=stream&connkey=123456&command=99', 'live', null],
      ['GET /index.php?view=console', 'safe', null],
    ];
    for (const [text, kind, monitor] of rows) it(`${text}: ${monitor ?? 'no picture'}`, () => assert.equal(front.liveOf(asked(text), route('zms-live', kind)), monitor));

    const blocked = ['mode=mpeg&monitor=1', 'monitor=1&buffer=1000', 'monitor=1&buffer=0', 'monitor=1&event=7', 'monitor=1&time=5', 'monitor=1&frame=1', 'monitor=1&monitor=2', 'mode=jpeg', 'monitor=1x', 'monitor=0', 'monitor=1&source=event', 'monitor=1&Mode=jpeg', 'monitor=1&maxfps=1e9', 'monitor=1&scale=-1', 'monitor=1&replay=all', 'monitor=1&x=1'];
    for (const query of blocked)
      it(`${query}: not at all`, () => assert.throws(() => front.liveOf(asked(`GET /cgi-bin/zms?${query}`), route('zms-live', 'live')), (thrown: { code?: string }) => thrown.code === 'route-blocked'));
  });

  it('may name these cameras', async () => assert.deepEqual(await front.known(never()), { cameras: new Set(['1', '2']), streams: new Set(), birdseye: false }));

  it('bears cookies of pages, and one that is a session', () => {
    const harmless = ['zmSkin', 'zmCSS', 'zmBandwidth', 'zmEventRate', 'zmEventScale12', 'zmWatchScale', 'zmMontageWidth', 'replayMode', 'zmEventsTable&filter.bs.table.columns'];
    assert.deepEqual(harmless.filter((name) => !front.isPageCookie(name)), []);
    assert.deepEqual(['ZMSESSID', 'zmsessid', 'PHPSESSID', 'token', 'auth', 'zmAuth', '__Host-gate', 'zmSkin2', ''].filter((name) => front.isPageCookie(name)), []);
    assert.equal(front.sessionCookie, 'ZMSESSID');
  });

  describe('comes from', () => {
    before(() => {
      standIn.sessions.set('s1', 'operator').set('s2', `o'neill <b> & co`).set('t1', 'viewer').set('s3', '');
    });
    const rows: [string, { cookies: Record<string, string>; token: string | null }, string | null][] = [
      ['who is signed in on the pages', { cookies: { ZMSESSID: 's1' }, token: null }, 'operator'],
      ['one whose name has signs in it', { cookies: { ZMSESSID: 's2' }, token: null }, `o'neill <b> & co`],
      ['who has a token', { cookies: {}, token: 't1' }, 'viewer'],
      ['a session that is over', { cookies: { ZMSESSID: 'gone' }, token: null }, null],
      ['a session that is over, as 1.36 tells it', { cookies: { ZMSESSID: 's3' }, token: null }, null],
      ['nobody', { cookies: {}, token: null }, null],
      ['other cookies', { cookies: { zmSkin: 's1' }, token: null }, null],
      ['a session that would be a header', { cookies: { ZMSESSID: 's1\r\nX: y' }, token: null }, null],
    ];
    for (const [what, login, name] of rows) it(`${what}: ${name ?? 'nobody'}`, async () => assert.equal(await front.whoami(login, never()), name));

    it('nobody that can be told: a fault, and no guess', async () => {
      for (const fault of ['nonsense', 'shapeless', 'large'] as const) {
        standIn.fault = ({ path }) => (path === 'index.php' ? fault : null);
        assert.equal((await problemOf(front.whoami({ cookies: { ZMSESSID: 's1' }, token: null }, never()))).code, 'vms-fault');
      }
    });
  });

  describe('would delete', () => {
    const all = { event: '*', source: { recording: '2' }, from: day('02:00:00'), to: day('02:01:01'), finished: true, offsetMs: 0 };
    const rows: [string, object[] | null][] = [
      ['POST /index.php  request=event&action=delete&id=7', [seven]],
      // No form and no token of the pages: 1.36 deletes by GET too.
      ['GET /index.php?view=request&request=event&action=delete&id=7', [seven]],
      ['GET /index.php?request=events&task=delete&eids[]=7&eids[]=8', [seven, eight]],
      ['POST /index.php?view=events  action=delete&eids[]=7&eids[]=7', [seven]],
      ['POST /index.php?view=events  action=delete&eids=8', [eight]],
      ['POST /index.php?view=events  action=delete&eidss[]=8&eids[]=7', [eight]],
      ['POST /index.php?view=event  action=delete&eid=7', [seven]],
      ['GET /index.php?view=video&eid=7&deleteIndex=0', [seven]],
      ['POST /index.php?view=console  action=delete&markMids[]=2', [all]],
      ['DELETE /api/events/7.json', [seven]],
      ['DELETE /api/index.php/events/7', [seven]],
      ['POST /api/events/delete/7.json', [seven]],
      ['POST /api/Events/Delete/7', [seven]],
      ['POST /api/app/webroot/index.php/events/7.json  _method=DELETE', [seven]],
      ['POST /api/events/7.json  _method=delete', [seven]],
      ['DELETE /api/frames/7001.json', [seven]],
      ['DELETE /api/monitors/2.json', [all]],
      ['POST /api/monitors/delete/2.json', [all]],
      ['DELETE /api/events/999.json', []],
      ['DELETE /api/monitors/3.json', []],
      ['GET /api/events/7.json', null],
      ['POST /api/events/7.json  Event[Name]=x', null],
      ['PUT /api/events/7.json  Event[Notes]=x&Event[Archived]=1', null],
      ['GET /index.php?view=events', null],
      ['GET /index.php?view=events&action=delete&eids[]=7', null],
      ['POST /index.php?view=request&request=event  action=rename&id=7', null],
      ['POST /index.php?view=user  action=delete&uid=3', null],
      ['DELETE /api/users/3.json', null],
    ];
    for (const [text, footage] of rows) it(`${text}: ${footage === null ? 'nothing' : `${footage.length} recording(s)`}`, async () => assert.deepEqual(await front.deletes(asked(text), route('x', 'admin'), never()), footage));

    const blocked = [
      'POST /index.php  request=event&action=delete&id=7abc',
      'GET /index.php?request=event&action=deleteVideo&id=0',
      'POST /index.php?view=filter  action=execute&object=filter&filter[AutoDelete]=1',
      'POST /index.php?view=filter  action=Save&object=filter&filter[AutoMove]=1',
      'POST /index.php?view=options  action=delete&object=storage&markIds[]=1',
      'DELETE /api/storage/1.json',
      'GET /index.php?view=video&eid=&deleteIndex=0',
      // Moved out of what is held, or into what a reason covers; then it is deleted, or looked at.
      'PUT /api/events/7.json  Event[StartDateTime]=2001-01-01 00:00:00',
      'PUT /api/events/7.json  Event[Name]=x&Event[MonitorId]=1',
      'POST /api/events/edit/7.json  EndDateTime=2001-01-01 00:00:00',
      'PUT /api/events/7.json  Event[Id]=8&Event[Archived]=1',
      'PUT /api/events/7.json  data[Event][Archived]=0',
      'POST /api/events/add.json  Event[Id]=7&Event[StorageId]=2',
    ];
    for (const text of blocked) it(`${text}: nobody can tell what, so it does not pass`, async () => assert.equal((await problemOf(front.deletes(asked(text), route('x', 'admin'), never()))).code, 'route-blocked'));
  });

  describe('would no longer keep', () => {
    const rows: [string, unknown, object[] | null][] = [
      ['POST /index.php  request=event&action=unarchive&id=7', undefined, [seven]],
      ['GET /index.php?request=events&task=unarchive&eids[]=7', undefined, [seven]],
      ['POST /index.php?view=events  action=unarchive&eids[]=8', undefined, [eight]],
      ['PUT /api/events/7.json  Event[Archived]=0', undefined, [seven]],
      ['POST /api/events/7.json  _method=PUT&Event[Archived]=0', undefined, [seven]],
      ['PUT /api/events/7.json', { Event: { Archived: 0 } }, [seven]],
      ['PUT /api/events/7.json', { Archived: false }, [seven]],
      ['PUT /api/events/7.json', { Event: { Archived: 1 } }, null],
      ['POST /api/events/edit/7.json  Event[Archived]=0', undefined, [seven]],
      ['GET /api/events/archive/7.json', undefined, [seven]],
      ['PUT /api/events/7.json  Event[Archived]=1', undefined, null],
      ['POST /index.php  request=event&action=archive&id=7', undefined, null],
      ['DELETE /api/events/7.json', undefined, null],
    ];
    for (const [text, json, footage] of rows)
      it(`${text}${json === undefined ? '' : ` ${JSON.stringify(json)}`}: ${footage ? 'what was archived' : 'nothing'}`, async () =>
        assert.deepEqual(await front.unkeeps?.(asked(text, json), route('x', 'admin'), never()), footage));
  });
});
