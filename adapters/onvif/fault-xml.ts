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
function body11({ code, subcode, reasonZh, reasonEn }: FaultParts, detail: string): string {
  const who = code === 'Sender' ? 'Client' : 'Server';
  return `<s:Fault><faultcode>s:${who}.${escapeText(subcode)}</faultcode><faultstring xml:lang="zh">${escapeText(`${reasonZh} / ${reasonEn}`)}</faultstring>${
    detail && `<detail>${detail}</detail>`}</s:Fault>`;
}

function body12({ code, subcode, reasonZh, reasonEn }: FaultParts, detail: string): string {
  return `<s:Fault><s:Code><s:Value>s:${code}</s:Value><s:Subcode><s:Value>gate:${escapeText(subcode)}</s:Value></s:Subcode></s:Code><s:Reason>${
    `<s:Text xml:lang="en">${escapeText(reasonEn)}</s:Text><s:Text xml:lang="zh">${escapeText(reasonZh)}</s:Text>`}</s:Reason>${
    detail && `<s:Detail>${detail}</s:Detail>`}</s:Fault>`;
}

export function faultXml(parts: FaultParts): Buffer {
  const detail = parts.link && `<gate:Apply>${escapeText(parts.link)}</gate:Apply>`;
  const body = parts.soapVersion === '1.1' ? body11(parts, detail) : body12(parts, detail);
  return Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>\n<s:Envelope xmlns:s="${soapEnvelopes[parts.soapVersion]}" xmlns:gate="${gate}"><s:Body>${body}</s:Body></s:Envelope>`);
}
