// What people do on ZoneMinder's stock pages on a working day, what of it is refused on purpose, and what these pages get wrong by themselves.
import type { Page } from 'playwright-core';

/** What the pages of this ZoneMinder are about. */
export interface Here {
  /** Finished events that the operator gave a reason for: of camera 1, and of camera 3, which keeps JPEG files. */
  granted: string;
  grantedJpegs: string;
  /** Of camera 1, that nobody gave a reason for. */
  spare: string;
  /** Numbers in the database: an account, and a zone of camera 1. */
  account: string;
  zone: string;
}

/** Done on a page, and what the page then asks for, as `METHOD address`. A text is what is clicked on. */
export type Press = readonly [what: string | ((page: Page) => Promise<unknown>), asks: RegExp];

export interface Visit {
  view: string;
  /** What the page asks for by itself, sooner or later. */
  asks?: RegExp;
  press?: readonly Press[];
}

export type Worker = 'operator' | 'admin';

/** Beside footage that nobody gave a reason for. */
export const refusedOnPurpose: readonly { user: Worker; route: string; why: string }[] = [
  { user: 'admin', route: 'zms-live', why: 'the policy shows no pictures to whom it lets look after the system' },
  { user: 'admin', route: 'zm-ajax-stream', why: 'commands to those pictures: there is no stream to command' },
  { user: 'admin', route: 'zm-filter-egress', why: 'a filter mails, uploads and runs programs, past any gate' },
];

/** It answers so without a gate before it. */
export const faultsOfItsOwn: readonly { view: RegExp; status: number; why: string }[] = [{ view: /^timeline/, status: 500, why: 'timeline.php divides a text, now and then' }];
export const errorsOfItsOwn: readonly RegExp[] = [
  // The player begins before its plugin has come.
  /^event&eid=\d+: this\[key\] is not a function/,
  /^event&eid=\d+: play\(\) failed because the user didn't interact/,
  /^stats&.*: Cannot read properties of undefined \(reading 'length'\)/,
  /^filter: Cannot set properties of null \(setting 'disabled'\)/,
  /^monitorpreset&.*: Cannot read properties of undefined \(reading 'value'\)/,
];

const query = /GET .*request=events&task=query|GET .*task=query&.*request=events/;
const whose = (attr: string, value: string): string => `filter[Query][terms][0][attr]=${attr}&filter[Query][terms][0][op]=%3d&filter[Query][terms][0][val]=${value}`;
const firstRow = '#eventTable tbody tr >> nth=0 >> input[type=checkbox]';
/** Of a row that is ticked. A list that is loaded anew meanwhile has forgotten it: then again. */
const ticked =
  (button: string) =>
  async (page: Page): Promise<void> => {
    const list = page.url();
    for (let tries = 4; ; tries--) {
      await page.check(firstRow);
      const clicked = page.click(button, { timeout: 2_500 });
      if (await clicked.then(() => true, () => false)) return;
      // On a busy machine the click was taken, and the page that it leads to came later.
      if (page.url() !== list) return;
      if (tries === 0) return clicked;
    }
  };
const typed =
  (field: string, text: string) =>
  async (page: Page): Promise<void> => {
    await page.fill(field, text);
    await page.press(field, 'Enter');
  };
const tabs = 'skins system config API servers storage web images logging network mail upload x10 highband medband lowband users control privacy'.split(' ');
/** Its own check of the form wants sections of 30 seconds and more, which a test has no time for. */
const saveCamera =
  "(() => { const form = document.querySelector('#contentForm'); const action = document.createElement('input'); Object.assign(action, { type: 'hidden', name: 'action', value: 'save' }); form.append(action); form.submit(); })()";

export const workingDays: Record<Worker, (here: Here) => readonly Visit[]> = {
  operator: ({ granted, grantedJpegs }) => [
    {
      view: 'console',
      press: [
        [typed('input[name=MonitorName]', 'Gate'), /POST .*view=console/],
        [typed('input[name=MonitorName]', ''), /POST .*view=console/],
      ],
    },
    {
      view: 'events',
      press: [
        ['#eventTable th[data-field=StartDateTime] .th-inner', query],
        [typed('.bootstrap-table .search input', 'Continuous'), query],
        [(page) => page.hover('#eventTable td.colThumbnail img >> nth=0'), /GET .*zms\?.*event=/],
        [ticked('#downloadBtn'), /GET .*modal=download/],
        ['#exportButton', /GET .*request=event&.*action=(download|export)|GET .*action=(download|export).*request=event/],
      ],
    },
    { view: `events&${whose('Id', granted)}`, asks: new RegExp(`GET .*eid=${granted}&.*width=48`), press: [[ticked('#exportBtn'), /view=export/]] },
    { view: `events&${whose('MonitorId', '3')}` },
    {
      view: 'watch&mid=1',
      press: [
        ['#pauseBtn', /GET .*command=1\b/],
        ['#playBtn', /GET .*command=2\b/],
        [(page) => page.click('img[id^=liveStream]', { position: { x: 200, y: 100 } }), /GET .*command=8\b/],
        ['#zoomOutBtn', /GET .*command=9\b/],
      ],
    },
    { view: 'watch&mid=3', asks: /GET .*command=99\b/ },
    { view: 'montage', press: [[(page) => page.selectOption('#scale', { index: 3 }), /GET .*zms\?/]] },
    {
      view: 'montagereview',
      press: [
        ['#lasthour', /GET .*montagereview/],
        ['#liveButton', /GET .*montagereview/],
      ],
    },
    { view: 'montagereview&live=1', asks: /GET .*zms\?/ },
    { view: 'cycle' },
    { view: 'cycle&mid=3' },
    { view: 'timeline' },
    { view: `event&eid=${granted}`, press: [['#framesBtn', /GET .*view=frames/]] },
    { view: `event&eid=${grantedJpegs}`, asks: /GET .*command=99\b/, press: [['#pauseBtn', /GET .*command=1\b/]] },
    { view: `event&eid=${granted}`, press: [['#nextBtn', /GET .*view=event/]] },
    { view: `frames&eid=${granted}`, asks: /GET .*request=frames/ },
    { view: `frame&eid=${granted}&fid=1`, press: [['#nextLink', /GET .*view=frame\b/]] },
    { view: `stats&eid=${granted}&fid=1&mid=1` },
    { view: `video&eid=${granted}` },
    { view: 'filter', press: [['button:has-text("List Matches")', /view=events/]] },
    { view: 'filter', press: [['button[value=Debug]', /GET .*modal=filterdebug/]] },
    ...['groups', 'zones&mid=1', 'snapshots', 'export', 'report_event_audit', 'privacy', 'bandwidth', 'none'].map((view) => ({ view })),
    { view: 'console', press: [[(page) => page.click('#logoutButton').then(() => page.click('#logoutForm button[value=logout]')), /POST .*view=logout/]] },
  ],
  admin: ({ account, zone, granted }) => [
    { view: 'console', press: [['#functionLnk-1', /GET .*modal=function/]] },
    { view: 'console', press: [['#stateModalBtn', /GET .*modal=state/]] },
    ...tabs.map((tab) => ({ view: `options&tab=${tab}` })),
    { view: 'options&tab=web', press: [['.optionhelp >> nth=0', /GET .*modal=optionhelp/]] },
    { view: 'options&tab=servers', press: [['#NewServerBtn', /GET .*modal=server/]] },
    { view: 'options&tab=storage', press: [['#NewStorageBtn', /GET .*modal=storage/]] },
    { view: `user&uid=${account}` },
    { view: 'monitor&mid=1' },
    { view: 'monitor&mid=3' },
    { view: 'zones&mid=1' },
    { view: `zone&mid=1&zid=${zone}` },
    { view: 'groups', press: [['button[value=New]', /GET .*modal=group/]] },
    { view: 'log', asks: /GET .*request=log|POST .*request=log/ },
    ...['add_monitors', 'monitorpreset&mid=1', 'monitorprobe&mid=1', 'onvifprobe&mid=1', 'controlcaps', 'controlcap&cid=1', 'devices', 'state'].map((view) => ({ view })),
    ...['watch&mid=1', 'montage', 'montagereview', 'cycle', 'timeline', 'export', 'snapshots', 'report_event_audit', 'privacy', 'bandwidth', `event&eid=${granted}`].map((view) => ({ view })),
  ],
};

/** What an administrator saves. Cameras begin anew for some of it: while nobody else looks. */
export const saving = ({ account, zone, spare }: Here): readonly Visit[] => [
  { view: 'options&tab=web', press: [['#contentButtons button[type=submit]', /POST .*index\.php/]] },
  { view: `user&uid=${account}`, press: [['button[value=Save]', /POST .*index\.php/]] },
  { view: 'monitor&mid=1', press: [[(page) => page.evaluate(saveCamera), /POST .*view=monitor/]] },
  { view: 'monitor&mid=2', press: [[(page) => page.evaluate(saveCamera), /POST .*view=monitor/]] },
  {
    view: `zone&mid=1&zid=${zone}`,
    press: [[(page) => page.selectOption('#presetSelector', { index: 1 }).then(() => page.click('#saveBtn')), /POST .*index\.php/]],
  },
  { view: 'filter', press: [[(page) => page.fill('[name="filter[Name]"]', 'night').then(() => page.click('#Save')), /POST .*view=filter/]] },
  {
    // One that stays the first of its list, whatever is recorded meanwhile.
    view: `events&${whose('Id', spare)}`,
    press: [
      [ticked('#archiveBtn'), /GET .*task=archive/],
      [ticked('#unarchiveBtn'), /GET .*task=unarchive/],
      [ticked('#editBtn'), /GET .*modal=eventdetail/],
    ],
  },
  { view: 'events', press: [[ticked('#deleteBtn'), /GET .*modal=delconfirm/]] },
];
