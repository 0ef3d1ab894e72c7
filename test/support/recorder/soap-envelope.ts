// SOAP envelopes and faults as recorders write them: 1.2 with nested subcodes, or 1.1.
import type { Faults } from './faults.js';
import { escapeXml } from './xml.js';

export class SoapFault extends Error {
  constructor(
    readonly subcodes: readonly string[],
    readonly status = 400,
  ) {
    super(subcodes.join(' '));
  }
}

const declarations = Object.entries({
  s: 'http://www.w3.org/2003/05/soap-envelope',
  tt: 'http://www.onvif.org/ver10/schema',
  ter: 'http://www.onvif.org/ver10/error',
  tds: 'http://www.onvif.org/ver10/device/wsdl',
  trt: 'http://www.onvif.org/ver10/media/wsdl',
  tse: 'http://www.onvif.org/ver10/search/wsdl',
  trp: 'http://www.onvif.org/ver10/replay/wsdl',
  trc: 'http://www.onvif.org/ver10/recording/wsdl',
  wsnt: 'http://docs.oasis-open.org/wsn/b-2',
  tns1: 'http://www.onvif.org/ver10/topics',
}).map(([prefix, namespace]) => ` xmlns:${prefix}="${namespace}"`);

export const envelope = (body: string): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<s:Envelope${declarations.join('')}><s:Body>${body}</s:Body></s:Envelope>`;

export function faultOf(subcodes: readonly string[], style: Faults['faultStyle']): string {
  const codes = subcodes.map(escapeXml);
  if (style === 'soap-1.1')
    return `<?xml version="1.0"?><e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/" xmlns:ter="http://www.onvif.org/ver10/error"><e:Body>
     <e:Fault><faultcode>${codes.at(-1) ?? 'e:Client'}</faultcode><faultstring>Refused by the recorder</faultstring></e:Fault></e:Body></e:Envelope>`;
  const nested = codes.reduceRight((inner, code) => `<s:Subcode><s:Value>${code}</s:Value>${inner}</s:Subcode>`, '');
  const chinese = style === 'languages' ? '<s:Text xml:lang="zh">录像机拒绝</s:Text>' : '';
  return envelope(
    `<s:Fault><s:Code><s:Value>s:Sender</s:Value>${nested}</s:Code>
     <s:Reason>${chinese}<s:Text xml:lang="en">Refused by the recorder</s:Text></s:Reason></s:Fault>`,
  );
}
