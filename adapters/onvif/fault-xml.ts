// The gate's refusal as a SOAP fault, in Chinese and English, with the address where footage is applied for.
import { soapEnvelopes, type SoapVersion } from './namespaces.js';
import { escapeText } from './write-xml.js';

export interface FaultParts {
  code: 'Sender' | 'Receiver';
  /** A code of domain/problem.ts, or another word from a closed list. */
  subcode: string;
  reasonZh: string;
  reasonEn: string;
  /** Where to apply; left out when empty. */
  link: string;
  soapVersion: SoapVersion;
}

/** Our own subcodes live in a namespace of their own, so that no client takes them for the recorder's. */
const gate = 'urn:exportgate:fault';

/** SOAP 1.1 has one text and other words for who is at fault (section 4.4). */
function body11({ code, subcode, reasonZh, reasonEn }: FaultParts, apply: string): string {
  const who = code === 'Sender' ? 'Client' : 'Server';
  const text = `<faultstring xml:lang="zh">${escapeText(`${reasonZh} / ${reasonEn}`)}</faultstring>`;
  return `<s:Fault><faultcode>s:${who}.${escapeText(subcode)}</faultcode>${text}${apply && `<detail>${apply}</detail>`}</s:Fault>`;
}

function body12({ code, subcode, reasonZh, reasonEn }: FaultParts, apply: string): string {
  const who = `<s:Value>s:${code}</s:Value><s:Subcode><s:Value>gate:${escapeText(subcode)}</s:Value></s:Subcode>`;
  const texts = `<s:Text xml:lang="en">${escapeText(reasonEn)}</s:Text><s:Text xml:lang="zh">${escapeText(reasonZh)}</s:Text>`;
  const detail = apply && `<s:Detail>${apply}</s:Detail>`;
  return `<s:Fault><s:Code>${who}</s:Code><s:Reason>${texts}</s:Reason>${detail}</s:Fault>`;
}

export function faultXml(parts: FaultParts): Buffer {
  const apply = parts.link && `<gate:Apply>${escapeText(parts.link)}</gate:Apply>`;
  const body = parts.soapVersion === '1.1' ? body11(parts, apply) : body12(parts, apply);
  const declarations = `xmlns:s="${soapEnvelopes[parts.soapVersion]}" xmlns:gate="${gate}"`;
  return Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>\n<s:Envelope ${declarations}><s:Body>${body}</s:Body></s:Envelope>`);
}
