// What the pages of ZoneMinder 1.36.33 ask for, read in their sources (skins/classic, js, ajax, includes): none of it is refused, nothing that
// carries a picture or changes a state is safe, and what goes on says the same as what came.
import assert from 'node:assert/strict';
import { classify } from '../../../plugin/http/gate/classify.js';
import { readAsked } from '../../../plugin/http/gate/read-asked.js';
import { aRequest, known, tables, type Written } from '../../support/gate/tables.js';

const table = tables['zoneminder']!;
const form = 'application/x-www-form-urlencoded; charset=UTF-8';
const mark = '----WebKitFormBoundaryAbC123';
const fields = (pairs: [string, string][]): string =>
  `${pairs.map(([name, value]) => `--${mark}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`).join('')}--${mark}--\r\n`;

/** Behind `/zm/index.php`; a body is a form that is posted. */
type Row = readonly [kind: string, query: string, body?: string];

const auth = 'auth=00112233445566778899aabbccddeeff';
const csrf = '__csrf_magic=key%3A0123abcd%2C1763629200';
const filter = 'filter[Query][terms][0][attr]=MonitorId&filter[Query][terms][0][op]=%3d&filter[Query][terms][0][val]=1';
const rows: readonly Row[] = [
  // the frame of every page
  ['safe', ''],
  ['safe', '?skin=classic&css=dark'],
  ['safe', '?view=console'],
  ['safe', `?view=request&request=status&entity=navBar&${auth}`],
  ['safe', '?request=modal&modal=optionhelp&ohndx=ZM_WEB_TITLE'],
  ['safe', '?request=modal&modal=enoperm'],
  ['safe', '?request=modal&modal=logout'],
  ['admin', '?request=modal&modal=state'],
  ['admin', '?request=modal&modal=shutdown'],
  ['admin', '?request=shutdown&when=1min&command=restart'],
  ['admin', '?view=version&action=version&option=hour'],
  ['admin', '', 'view=state&action=state&apply=1&runState=default&newState='],
  [
    'admin',
    '',
    'view=request&request=log&task=create&level=ERR&message=a%2520is%2520not%2520defined&browser%5Bname%5D=chrome&browser%5Bversion%5D=141&file=%3Fview%3Dconsole&line=12',
  ],
  // signing in and out
  ['auth', '?view=login'],
  ['auth', '?view=login', `${csrf}&action=login&postLoginQuery=view%3Devent%26eid%3D11&username=anna&password=p%40ss+w%C3%B6rd`],
  ['auth', '?view=logout', `${csrf}&action=logout`],
  ['auth', '?view=postlogin'],
  // console
  ['safe', '?view=console', `${csrf}&action=&filtering=&GroupId%5B%5D=1&Function%5B%5D=Record&Status=&MonitorName=&Source=`],
  ['safe', '?view=console&MonitorId[]=1&MonitorId[]=2'],
  ['admin', '?view=console', `${csrf}&action=delete&markMids%5B%5D=2`],
  ['admin', '?request=console', 'monitor_ids%5B%5D=monitor_id-2&monitor_ids%5B%5D=monitor_id-1&action=sort'],
  ['admin', '?request=modal&modal=function'],
  ['admin', '?view=function', `${csrf}&mid=1&action=save&newFunction=Record&newEnabled=1`],
  ['safe', '?request=modal&modal=donate'],
  ['admin', '?', `${csrf}&view=donate&action=donate&option=never`],
  // live
  ['safe', '?view=watch&mid=1'],
  ['safe', `?sort=Id&order=desc&limit=10&view=request&request=watch&mid=1&${auth}`],
  ['live', `?view=request&request=stream&connkey=012345&${auth}&command=99`],
  ['live', '?view=request&request=stream&connkey=12345&auth_relay=&command=8&x=10&y=20'],
  ['live', `?view=request&request=stream&connkey=12345&${auth}&command=11&scale=50`],
  ['playback', `?view=request&request=stream&connkey=12345&${auth}&command=6`],
  ['safe', `?view=request&request=status&entity=monitor&element[]=Status&element[]=FrameRate&id=1&${auth}`],
  ['safe', '?view=request&request=status&entity=monitor&element[]=Status&element[]=FrameRate&id=1&'],
  ['admin', `?view=request&request=alarm&id=1&${auth}&command=forceAlarm`],
  ['admin', `?view=request&request=control&id=1&control=moveConUpLeft&xge=30&yge=20&${auth}`],
  ['admin', '?request=modal&modal=controlpreset&mid=1'],
  ['admin', '?request=modal&modal=settings&mid=1'],
  ['admin', '?view=watch&mid=1', `${csrf}&action=settings&newBrightness=50&newContrast=&newHue=&newColour=`],
  ['admin', '?', `${csrf}&view=control&mid=1&action=control&control=presetSet&showControls=1&preset=1&newLabel=Tor`],
  ['admin', '?', `view=blank&mid=1&action=control&control=moveMap&scale=100&x=5&y=7`],
  ['safe', '?view=cycle&mid=1&mode=stream'],
  ['safe', '?view=cycle&filtering=&GroupId%5B%5D=1&MonitorName='],
  ['safe', '?view=montage&showZones=1'],
  ['safe', '?view=montage&filtering=&Status='],
  ['admin', '?view=montage', `${csrf}&object=MontageLayout&action=Save&Name=two&Positions=%7B%22mId_1%22%3A%7B%7D%7D&zmMontageLayout=1`],
  ['safe', '?view=snapshot&action=create&monitor_ids[]=1&monitor_ids[]=2'],
  ['safe', '?view=zones&mid=1'],
  ['admin', '?view=zone&mid=1&zid=0'],
  ['admin', '?', `${csrf}&view=zone&action=zone&mid=1&zid=1&newZone%5BName%5D=All&newZone%5BCoords%5D=0%2C0+1279%2C0`],
  ['admin', '?view=zones', `${csrf}&action=delete&mids%5B%5D=1&markZids%5B%5D=3`],
  // events
  ['safe', `?view=events&page=1&${filter}`],
  [
    'safe',
    `?view=request&request=events&task=query&${filter}&sort_field=StartDateTime&sort_asc=1&search=&sort=StartDateTime&order=desc&offset=0&limit=25`,
  ],
  ['safe', '?view=request&request=events&task=query&advsearch=%7B%22Name%22%3A%22a%25b%22%7D&order=asc&sort=Id'],
  ['admin', '?request=events&task=archive&eids[]=11&eids[]=12'],
  ['admin', '?request=events&task=unarchive&eids[]=11'],
  ['admin', '?request=events&task=delete&eids%5B%5D=11&eids%5B%5D=12'],
  ['safe', '?request=modal&modal=delconfirm'],
  ['safe', '?request=modal&modal=eventdetail&eids[]=11&eids[]=12'],
  ['safe', '?request=modal&modal=objdetect&eid=11'],
  ['safe', '?request=modal&modal=download&eids[]=11&eids[]=12'],
  [
    'admin',
    '?view=eventdetail&action=eventdetail',
    `${csrf}&markEids%5B%5D=11&action=eventdetail&view=eventdetail&newEvent%5BCause%5D=Motion&newEvent%5BNotes%5D=a%0D%0Ab`,
  ],
  [
    'export',
    `?view=request&request=event&action=download&${csrf}&connkey=048151&exportVideo=1&eids%5B%5D=11&eids%5B%5D=12&exportFormat=zip`,
  ],
  ['export', `?view=request&request=event&action=download&${csrf}&connkey=48151&exportVideo=1&id=11&exportFormat=tar`],
  ['export', '?view=archive&type=zip&connkey=048151&file=zmExport_048151.zip'],
  ['export', '?view=archive&type=tar.gz&connkey=48151'],
  ['safe', `?view=timeline&${filter}`],
  ['safe', `?view=timeline&${filter}&minTime=2026-11-20 10:00:00&maxTime=2026-11-20 11:00:00`.replaceAll(' ', '%20')],
  ['safe', '?view=request&request=status&entity=event&id=11&loopback=3'],
  ['safe', '?view=request&request=status&entity=frameimage&id%5B%5D=11&id%5B%5D=3'],
  ['still', '?view=image&eid=11&fid=3'],
  ['still', `?eid=11&fid=snapshot&view=image&width=48&height=27&${auth}`],
  ['still', '?view=image&fid=77&width=48&height=%2227&filename=1_11_3.jpg'],
  ['still', '?view=image&eid=11&fid=objdetect'],
  ['export', '?view=image&eid=11&fid=objdetect_mp4'],
  // one event
  ['safe', `?view=event&eid=11&${filter}&sort_field=StartDateTime&sort_asc=1&page=1&play=1&codec=auto`],
  ['safe', `?view=request&request=status&entity=nearevents&id=11&${filter}&sort_field=StartDateTime&sort_asc=1`],
  ['safe', '?view=request&request=status&entity=frames&id=11'],
  ['export', `?mode=mpeg&format=h264&eid=11&view=view_video&${auth}`],
  ['export', `?mode=mp4&eid=11&view=view_video&${auth}`],
  ['playback', `?${auth}&command=14&offset=3.25&connkey=48151&view=request&request=stream`],
  ['live', `?command=99&${auth}&connkey=48151&view=request&request=stream`],
  ['admin', `?view=request&request=event&eventName=Front+door&${auth}&id=11&action=rename`],
  ['admin', '?request=event&action=delete&id=11'],
  ['safe', '?request=modal&modal=eventrename&eid=11'],
  ['safe', '?view=frames&eid=11'],
  ['safe', '?view=frame&eid=11&fid=3&scale=100&show=capt'],
  ['safe', '?view=stats&eid=11&fid=3'],
  ['safe', '?view=request&request=frames&task=query&eid=11&search=&sort=FrameId&order=asc&offset=0&limit=50'],
  ['safe', '?request=stats&eid=11&fid=3&row=0'],
  ['safe', '?view=request&request=stats&raw=true&eid=11&fid=3'],
  ['safe', '?view=video&eid=11'],
  ['safe', '?view=video&eid=11&generated=1'],
  ['export', `?view=request&request=event&action=video&${csrf}&id=11&videoFormat=avi&rate=100&scale=50&overwrite=1`],
  ['export', '?view=video&eid=11&downloadIndex=0'],
  ['admin', '?view=video&eid=11&deleteIndex=0'],
  // export, snapshots, reports
  ['safe', '?view=export&eids[]=11&eids[]=12'],
  [
    'export',
    `?view=event&request=event&action=export&${csrf}&connkey=48151&eids%5B%5D=11&exportDetail=1&exportFormat=zip&exportCompress=0`,
  ],
  [
    'export',
    '?view=event&request=event&action=export&eids%5B%5D=11&exportImages=0&exportVideo=0&exportMisc=1&exportFormat=zip&exportStructure=flat&exportFile=Snapshot3',
  ],
  ['safe', '?view=snapshots'],
  ['safe', '?view=request&request=snapshots&task=query&search=&sort=Id&order=desc&offset=0&limit=10'],
  ['admin', '?request=snapshots&task=delete&ids[]=3&ids[]=4'],
  ['safe', '?view=snapshot&id=3'],
  ['admin', '?view=snapshot&id=3', `${csrf}&action=save&snapshot%5BName%5D=a&snapshot%5BDescription%5D=b`],
  ['safe', '?view=report_event_audit'],
  ['safe', '?view=report_event_audit', `${csrf}&filtering=&minTime=2026-11-20+10%3A00&maxTime=2026-11-20+11%3A00`],
  ['safe', '?view=montagereview&live=0&current=2026-11-20+10%3A00%3A00'],
  [
    'safe',
    '?view=montagereview&fit=1&minTime=01/01/1950T12:00:00&maxTime=12/31/2035T12:00:00&displayinterval=1000&live=0&z1=1.15&scale=1&speed=1',
  ],
  ['still', '?view=image&eid=11&fid=33&width=640&height=360'],
  ['safe', '?request=modal&modal=download'],
  // filters
  ['safe', '?view=filter'],
  ['safe', `?view=filter&${filter}`],
  ['safe', '?view=filter&Id=2'],
  ['safe', `?view=events&${csrf}&action=&object=filter&filter%5BName%5D=x&filter%5BAutoEmail%5D=1&filter%5BEmailBody%5D=a%0D%0Ab`],
  ['safe', '?request=modal&modal=filterdebug&fid=2&filter%5BQuery%5D%5Blimit%5D=10'],
  ['admin', '?view=filter&Id=2', `${csrf}&action=delete&object=filter&Id=2`],
  ['egress', '?view=filter&Id=', `${csrf}&action=Save&object=filter&filter%5BName%5D=x&filter%5BAutoUpload%5D=1`],
  ['egress', '?view=filter&Id=2', `${csrf}&action=execute&object=filter&filter%5BAutoExecute%5D=1&filter%5BAutoExecuteCmd%5D=%2Fbin%2Fx`],
  // settings
  ['admin', '?view=options&tab=system'],
  ['admin', '?view=options&tab=skins&skin=classic&css=base'],
  ['admin', '?', `${csrf}&view=options&tab=web&action=options&newConfig%5BZM_WEB_TITLE%5D=x`],
  ['egress', '?', `${csrf}&view=options&tab=mail&action=options&newConfig%5BZM_EMAIL_HOST%5D=x`],
  ['admin', '?', `${csrf}&view=options&tab=users&action=delete&markUids%5B%5D=4`],
  ['admin', '?', `${csrf}&updateSelected=&tokenUids%5B%5D=1&view=options&tab=API`],
  ['admin', '?request=modal&modal=server&id=0'],
  ['admin', '?request=modal&modal=storage&id=1'],
  ['admin', '?view=storage&action=save', `${csrf}&object=storage&id=0&newStorage%5BName%5D=x&action=save`],
  ['admin', '?view=server', `${csrf}&object=server&id=0&newServer%5BName%5D=x&action=save`],
  ['admin', '?view=user&uid=0'],
  [
    'admin',
    '?view=user',
    `${csrf}&redirect=options%26tab%3Dusers&uid=4&newUser%5BUsername%5D=x&newUser%5BMonitorIds%5D%5B%5D=1&action=Save`,
  ],
  ['admin', '?view=monitor'],
  ['admin', '?view=monitor&dupId=1'],
  ['admin', '?view=monitors&mids[]=1&mids[]=2'],
  [
    'admin',
    '?view=monitor',
    `${csrf}&tab=general&mid=1&newMonitor%5BName%5D=x&newMonitor%5BGroupIds%5D%5B%5D=1&newMonitor%5BGroupIds%5D%5B%5D=2&action=save`,
  ],
  ['admin', '?', `${csrf}&view=monitor&mid=&preset=3`],
  ['admin', '?view=monitorprobe&mid='],
  ['admin', '?view=onvifprobe&mid=1'],
  ['admin', '?', `${csrf}&view=onvifprobe&mid=1&step=2&interface=eth0&probe=x&Username=a&Password=b`],
  ['admin', '?view=request&request=add_monitors&action=probe&url=http%3A%2F%2F203.0.113.9%2F'],
  ['admin', '?view=log'],
  ['admin', '?view=request&request=log&task=query&sort=DateTime&order=desc&offset=0&limit=100'],
  ['admin', '?view=devices'],
  ['admin', '?request=device&action=device&command=On&key=A1'],
  ['admin', '?request=devices&action=delete&markDids[]=1'],
  ['admin', '?view=controlcaps'],
  ['admin', '?request=controlcaps&action=delete&cids[]=1'],
  ['safe', '?view=groups'],
  ['admin', '?', `${csrf}&view=groups&action=setgroup&gid%5B%5D=1`],
  ['admin', '?request=modal&modal=group&gid=1'],
  ['safe', '?view=none'],
  ['safe', '?view=bandwidth'],
  ['admin', '?', `${csrf}&view=bandwidth&action=bandwidth&newBandwidth=high`],
  ['safe', '?view=privacy'],
  ['admin', '?', `${csrf}&view=privacy&action=privacy&option=0`],
];

const programs: readonly Row[] = [
  ['live', '/zm/cgi-bin/nph-zms?scale=100&mode=single&maxfps=30&monitor=1&auth=00112233445566778899aabbccddeeff&rand=1763629200'],
  ['live', '/zm/cgi-bin/nph-zms?scale=100&mode=jpeg&maxfps=30&monitor=1&rand=1763629200&connkey=048151'],
  ['live', '/zm/cgi-bin/nph-zms?scale=3&mode=single&monitor=2&user=anna&pass=p%40ss'],
  [
    'playback',
    '/zm/cgi-bin/nph-zms?mode=jpeg&frame=1&scale=100&rate=100&maxfps=30&replay=none&source=event&event=11&connkey=048151&rand=1763629200',
  ],
  ['playback', '/zm/cgi-bin/nph-zms?mode=jpeg&scale=18&maxfps=30&replay=single&rate=400&source=event&event=11'],
  ['safe', '/zm/cache/js_logger-1763629200.js'],
  ['safe', '/zm/cache/skins_classic_css_base_views_console-dark-1763629200.css'],
  ['safe', '/zm/skins/classic/js/jquery-ui-1.13.2/images/ui-icons_444444_256x240.png'],
  ['safe', '/zm/fonts/material-icons.woff2'],
  ['safe', '/zm/graphics/spinner.png'],
];

const send = ([, query, body]: Row): Written => ({
  target: `/zm/index.php${query}`,
  ...(body === undefined ? {} : { method: 'POST', body, contentType: form }),
});

describe('the pages of ZoneMinder', () => {
  for (const row of rows)
    it(`${row[2] === undefined ? 'GET' : 'POST'} ${row[1] || '/'} ${row[2] ?? ''} is ${row[0]}`, () =>
      assert.equal(classify(table, readAsked(table, aRequest(send(row))), known).class, row[0]));
  for (const [kind, target] of programs)
    it(`GET ${target} is ${kind}`, () => assert.equal(classify(table, readAsked(table, aRequest({ target })), known).class, kind));

  it('a form that is posted as multipart/form-data is read like one that is not', () => {
    const asked = readAsked(
      table,
      aRequest({
        method: 'POST',
        target: '/zm/index.php?view=snapshot&id=3',
        contentType: `multipart/form-data; boundary=${mark}`,
        body: fields([
          ['action', 'save'],
          ['snapshot[Name]', 'a=1&b'],
          ['snapshot[Description]', 'two\r\nlines'],
        ]),
      }),
    );
    assert.deepEqual(
      [...asked.params],
      [
        ['view', 'snapshot'],
        ['id', '3'],
        ['action', 'save'],
        ['snapshot[Name]', 'a=1&b'],
        ['snapshot[Description]', 'two\r\nlines'],
      ],
    );
    assert.equal(classify(table, asked, known).class, 'admin');
  });
});
