// What a client's SOAP message is taken for, and the tricks that must not make the recorder read another one.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { classifySoap } from '../../../adapters/onvif/classify.js';
import { namespaces } from '../../../adapters/onvif/namespaces.js';
import { elementsIn, readXml } from '../../../adapters/onvif/read-xml.js';

const soap12 = 'http://www.w3.org/2003/05/soap-envelope';
const soap11 = 'http://schemas.xmlsoap.org/soap/envelope/';
const wsse = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd';
const { device, media, replay, recording, search, events } = namespaces;

const envelope = (body: string, header = '', more = ''): string =>
  `<s:Envelope xmlns:s="${soap12}"${more}>${header}<s:Body>${body}</s:Body></s:Envelope>`;
const operation = (namespace: string, name: string, inner = ''): string =>
  envelope(`<x:${name} xmlns:x="${namespace}">${inner}</x:${name}>`);
const read = (text: string, headers = {}) => classifySoap(Buffer.from(text), headers);
const replayUri = operation(replay, 'GetReplayUri', '<x:RecordingToken>REC_1</x:RecordingToken>');

describe('a SOAP message is read', () => {
  const rows: [string, string, string, string | null][] = [
    ['GetReplayUri', replayUri, 'footage', 'REC_1'],
    [
      'GetReplayUri in a default namespace',
      envelope(`<GetReplayUri xmlns="${replay}"><RecordingToken> REC_1 </RecordingToken></GetReplayUri>`),
      'footage',
      'REC_1',
    ],
    [
      'GetReplayUri with its prefix declared on the envelope',
      envelope('<trp:GetReplayUri/>', '', ` xmlns:trp="${replay}"`),
      'footage',
      null,
    ],
    [
      'GetReplayUri under SOAP 1.1',
      `<Envelope xmlns="${soap11}"><Body><t:GetReplayUri xmlns:t="${replay}"/></Body></Envelope>`,
      'footage',
      null,
    ],
    ['a token in CDATA', operation(replay, 'GetReplayUri', '<x:RecordingToken><![CDATA[REC]]>_1</x:RecordingToken>'), 'footage', 'REC_1'],
    [
      'a token with a comment in it',
      operation(replay, 'GetReplayUri', '<x:RecordingToken>REC<!-- > -->_1</x:RecordingToken>'),
      'footage',
      'REC_1',
    ],
    [
      'a token by character reference',
      operation(replay, 'GetReplayUri', '<x:RecordingToken>REC&#95;&#x31;</x:RecordingToken>'),
      'footage',
      'REC_1',
    ],
    [
      'a token longer than ONVIF allows',
      operation(replay, 'GetReplayUri', `<x:RecordingToken>${'R'.repeat(65)}</x:RecordingToken>`),
      'footage',
      null,
    ],
    [
      'ExportRecordedData',
      operation(
        recording,
        'ExportRecordedData',
        '<x:SearchScope><t:IncludedRecordings xmlns:t="u">REC_2</t:IncludedRecordings></x:SearchScope>',
      ),
      'footage',
      'REC_2',
    ],
    ['ExportRecordedSegments', operation(recording, 'ExportRecordedSegments'), 'footage', null],
    ['GetExportRecordedDataState', operation(recording, 'GetExportRecordedDataState'), 'safe', null],
    ['FindRecordings', operation(search, 'FindRecordings'), 'safe', null],
    ['GetDeviceInformation', operation(device, 'GetDeviceInformation'), 'safe', null],
    ['GetStreamUri', operation(media, 'GetStreamUri'), 'live', null],
    ['CreatePullPointSubscription', operation(events, 'CreatePullPointSubscription'), 'safe', null],
    ['Subscribe, which posts to an address of choice', operation(namespaces.notification, 'Subscribe'), 'writing', null],
    ['CreateRecording', operation(recording, 'CreateRecording'), 'writing', null],
    ['SetReplayConfiguration', operation(replay, 'SetReplayConfiguration'), 'writing', null],
    ['a Set that no release knows', operation(device, 'SetSomethingOfTomorrow'), 'writing', null],
    ['SystemReboot', operation(device, 'SystemReboot'), 'writing', null],
    ['GetSystemBackup', operation(device, 'GetSystemBackup'), 'unknown', null],
    ['Settle, which is no Set', operation(device, 'Settle'), 'unknown', null],
    ['GetReplayUri of another service', operation(device, 'GetReplayUri'), 'unknown', null],
    ['GetServices of a service of nobody', operation('http://example.org/wsdl', 'GetServices'), 'unknown', null],
    ['a namespace with a slash too many', operation(`${device}/`, 'GetServices'), 'unknown', null],
    ['a namespace in capitals', operation(device.toUpperCase(), 'GetServices'), 'unknown', null],
    ['an operation in capitals', operation(replay, 'GETREPLAYURI'), 'unknown', null],
    ['no namespace at all', envelope('<GetServices/>'), 'unknown', null],
    ['a prefix that says device and means replay', envelope(`<tds:GetReplayUri xmlns:tds="${replay}"/>`), 'footage', null],
    ['a prefix bound anew further in', envelope(`<a:GetReplayUri xmlns:a="${replay}"/>`, '', ` xmlns:a="${device}"`), 'footage', null],
    ['an operation named like a member of JavaScript', operation(device, 'constructor'), 'unknown', null],
  ];
  for (const [name, text, kind, token] of rows)
    it(`${name} → ${kind}${token ? ` of ${token}` : ''}`, () => {
      const command = read(text);
      assert.deepEqual([command.class, command.recording], [kind, token]);
      const { rebuilt: _, ...again } = classifySoap(command.rebuilt);
      const { rebuilt: __, ...first } = command;
      assert.deepEqual(again, first, 'what goes on is read in the same way');
    });

  const refused: [string, string | Buffer, string][] = [
    ['a document type', `<!DOCTYPE s [<!ENTITY a "b">]>${replayUri}`, 'body-malformed'],
    ['an external document type', `<!DOCTYPE s SYSTEM "http://example.org/x">${replayUri}`, 'body-malformed'],
    ['an entity beyond the five', replayUri.replace('REC_1', '&nbsp;'), 'body-malformed'],
    ['a processing instruction', `<?xml version="1.0"?><?php x?>${replayUri}`, 'body-malformed'],
    ['another encoding by name', `<?xml version="1.0" encoding="UTF-7"?>${replayUri}`, 'body-malformed'],
    ['another encoding in fact', Buffer.from(replayUri, 'utf16le'), 'body-malformed'],
    ['bytes that are no UTF-8', Buffer.concat([Buffer.from('<a>'), Buffer.of(0xc0, 0xaf), Buffer.from('</a>')]), 'body-malformed'],
    ['XML 1.1', `<?xml version="1.1"?>${replayUri}`, 'body-malformed'],
    [
      'two bodies',
      replayUri.replace('</s:Envelope>', `<s:Body><x:GetServices xmlns:x="${device}"/></s:Body></s:Envelope>`),
      'path-ambiguous',
    ],
    ['a body before the header', `<s:Envelope xmlns:s="${soap12}"><s:Body><a/></s:Body><s:Header/></s:Envelope>`, 'path-ambiguous'],
    [
      'a body of the other SOAP',
      `<s:Envelope xmlns:s="${soap12}"><t:Body xmlns:t="${soap11}"><a/></t:Body></s:Envelope>`,
      'path-ambiguous',
    ],
    ['two operations', envelope(`<x:GetServices xmlns:x="${device}"/><x:GetReplayUri xmlns:x="${replay}"/>`), 'path-ambiguous'],
    ['an empty body', envelope(''), 'path-ambiguous'],
    ['text beside the operation', envelope(`x<x:GetServices xmlns:x="${device}"/>`), 'path-ambiguous'],
    [
      'two recording tokens',
      operation(replay, 'GetReplayUri', '<x:RecordingToken>A</x:RecordingToken><y:RecordingToken xmlns:y="u">B</y:RecordingToken>'),
      'path-ambiguous',
    ],
    ['a comment inside a name', replayUri.replace('x:GetReplayUri', 'x:Get<!-- -->ReplayUri'), 'body-malformed'],
    ['an attribute twice', replayUri.replace('<x:RecordingToken>', '<x:RecordingToken a="1" a="2">'), 'body-malformed'],
    ['an attribute twice by two prefixes', envelope(`<x:A xmlns:x="u" xmlns:y="u" x:a="1" y:a="2"/>`), 'body-malformed'],
    ['a prefix that is bound to nothing', envelope('<x:GetServices/>'), 'body-malformed'],
    ['an element without end', '<s:Envelope>', 'body-malformed'],
    ['a second document', `${replayUri}${replayUri}`, 'body-malformed'],
    ['no envelope', '<GetServices/>', 'body-malformed'],
    ['an envelope of nobody', '<s:Envelope xmlns:s="u"><s:Body><a/></s:Body></s:Envelope>', 'body-malformed'],
    ['JSON', '{}', 'body-malformed'],
    ['nothing', '', 'body-malformed'],
    ['depth 33', operation(device, 'GetServices', `${'<a>'.repeat(30)}${'</a>'.repeat(30)}`), 'body-malformed'],
    ['2 001 elements', operation(device, 'GetServices', '<a/>'.repeat(1998)), 'body-malformed'],
    ['1 MB', operation(device, 'GetServices', ' '.repeat(1024 * 1024)), 'body-too-large'],
    ['a million levels', '<a>'.repeat(80_000), 'body-malformed'],
    [
      'two logins',
      envelope('<a/>', `<s:Header>${`<w:Security xmlns:w="${wsse}"><w:Username>a</w:Username></w:Security>`.repeat(2)}</s:Header>`),
      'path-ambiguous',
    ],
  ];
  for (const [name, text, code] of refused)
    it(`not with ${name} → ${code}`, () => assert.throws(() => classifySoap(Buffer.from(text)), { code }));

  const contentType = (action: string): object => ({ contentType: `application/soap+xml; charset=utf-8; action=${action}` });
  const agreeing: [string, string, object, boolean][] = [
    ['the action of the content type', replayUri, contentType(`"${replay}/GetReplayUri"`), true],
    ['the action without quotes', replayUri, contentType(`${replay}/GetReplayUri`), true],
    ['the SOAPAction header', replayUri, { contentType: 'text/xml', soapAction: `"${replay}/GetReplayUri"` }, true],
    ['an empty SOAPAction', replayUri, { soapAction: '""' }, true],
    [
      'the action of an event',
      operation(events, 'PullMessages'),
      contentType(`"${events}/PullPointSubscription/PullMessagesRequest"`),
      true,
    ],
    [
      'the action of a notification',
      operation(namespaces.notification, 'Renew'),
      contentType('"http://docs.oasis-open.org/wsn/bw-2/SubscriptionManager/RenewRequest"'),
      true,
    ],
    ['another operation', operation(device, 'GetServices'), contentType(`"${replay}/GetReplayUri"`), false],
    ['another service', operation(device, 'GetServices'), contentType(`"${replay}/GetServices"`), false],
    [
      'a SOAPAction beside a right action',
      operation(device, 'GetServices'),
      { ...contentType(`"${device}/GetServices"`), soapAction: `${replay}/GetReplayUri` },
      false,
    ],
    [
      'an action in the addressing header',
      envelope(
        `<x:GetServices xmlns:x="${device}"/>`,
        `<s:Header><a:Action xmlns:a="http://www.w3.org/2005/08/addressing">${replay}/GetReplayUri</a:Action></s:Header>`,
      ),
      {},
      false,
    ],
    [
      'two actions in one content type',
      operation(device, 'GetServices'),
      contentType(`"${device}/GetServices"; action="${replay}/GetReplayUri"`),
      false,
    ],
  ];
  for (const [name, text, headers, agrees] of agreeing)
    it(`${name} ${agrees ? 'agrees' : '→ path-ambiguous'}`, () => {
      if (agrees) read(text, headers);
      else assert.throws(() => read(text, headers), { code: 'path-ambiguous' });
    });
  for (const contentType of ['application/soap+xml; charset=utf-16', 'multipart/related; type="application/xop+xml"', 'application/json'])
    it(`${contentType} → body-malformed`, () => assert.throws(() => read(replayUri, { contentType }), { code: 'body-malformed' }));

  it('keeps a login and drops headers that redirect an answer', () => {
    const header = `<s:Header><w:Security xmlns:w="${wsse}" s:mustUnderstand="1">
      <w:UsernameToken><w:Username>ann</w:Username></w:UsernameToken></w:Security>
      <a:ReplyTo xmlns:a="http://www.w3.org/2005/08/addressing"><a:Address>http://example.org/</a:Address></a:ReplyTo><other/></s:Header>`;
    const { rebuilt, user } = read(envelope(`<x:GetServices xmlns:x="${device}"/>`, header));
    assert.equal(user, 'ann');
    const [kept] = elementsIn(readXml(rebuilt, { bytes: 1e5, depth: 9, elements: 99 }));
    assert.deepEqual(
      elementsIn(kept as never).map(({ local }) => local),
      ['Security'],
    );
  });
  it('keeps the namespaces that values lean on, and all values', () => {
    const filter = '<w:TopicExpression Dialect="a&quot;&lt;&#10;b">tns1:RecordingHistory/Track/State &lt;![CDATA[</w:TopicExpression>';
    const { rebuilt } = read(
      envelope(
        `<x:FindEvents xmlns:x="${search}">${filter}</x:FindEvents>`,
        '',
        ' xmlns:w="http://docs.oasis-open.org/wsn/b-2" xmlns:tns1="http://www.onvif.org/ver10/topics"',
      ),
    );
    assert.match(rebuilt.toString(), /xmlns:tns1="http:\/\/www.onvif.org\/ver10\/topics"/);
    assert.match(rebuilt.toString(), /Dialect="a&quot;&lt;&#10;b">tns1:RecordingHistory\/Track\/State &lt;!\[CDATA\[</);
  });
  it('passes any text on as it was read', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 64 }), (text) => {
        const clean = text.replace(/\p{Cc}|\p{Cs}|[\ufffe\uffff]/gu, '').trim();
        const escaped = clean.replace(/[&<>]/g, (sign) => `&#${sign.charCodeAt(0)};`);
        const { recording: token, rebuilt } = read(operation(replay, 'GetReplayUri', `<x:RecordingToken>${escaped}</x:RecordingToken>`));
        assert.equal(token ?? '', clean.length <= 64 ? clean : '');
        assert.equal(classifySoap(rebuilt).recording, token);
      }),
      { numRuns: 200 },
    );
  });
});

describe('a message for two readers', () => {
  for (const [what, inside] of [
    ['another body in the operation', '<s:Body><t:GetReplayUri xmlns:t="http://www.onvif.org/ver10/replay/wsdl"/></s:Body>'],
    ['a footage operation in a safe one', '<t:GetReplayUri xmlns:t="http://www.onvif.org/ver10/replay/wsdl"/>'],
    ['an envelope deep inside', '<a><b><Envelope xmlns="urn:x"/></b></a>'],
  ] as const)
    it(`refuses ${what}: a careless reader would obey it`, () => {
      const message = `<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body><d:GetServices xmlns:d="http://www.onvif.org/ver10/device/wsdl">${inside}</d:GetServices></s:Body></s:Envelope>`;
      assert.throws(() => classifySoap(Buffer.from(message)), { code: 'path-ambiguous' });
    });

  it('what goes on bears a content type of the gate’s own', () => {
    const message = Buffer.from('<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body><d:GetServices xmlns:d="http://www.onvif.org/ver10/device/wsdl"/></s:Body></s:Envelope>');
    const action = 'http://www.onvif.org/ver10/device/wsdl/GetServices';
    const table = [
      [`application/soap+xml; charset=utf-8; action="${action}"`, `application/soap+xml; charset=utf-8; action="${action}"`],
      ['application/soap+xml', 'application/soap+xml; charset=utf-8'],
      [`application/soap+xml; action*="utf-8''http://www.onvif.org/ver10/replay/wsdl/GetReplayUri"`, 'application/soap+xml; charset=utf-8'],
    ] as const;
    for (const [given, sent] of table) assert.equal(classifySoap(message, { contentType: given }).contentType, sent);
  });
});
