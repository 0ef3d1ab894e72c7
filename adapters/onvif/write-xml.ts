// A tree → text, escaped anew, so that what is sent can be read in one way only.
import type { Element } from './read-xml.js';

const signs: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
  '\r': '&#13;',
  '\n': '&#10;',
  '\t': '&#9;',
};

/** Text between tags. */
export const escapeText = (text: string): string => text.replace(/[&<>\r]/g, (sign) => signs[sign] ?? '');
/** A value between quotes. */
const escapeValue = (text: string): string => text.replace(/[&<>"'\r\n\t]/g, (sign) => signs[sign] ?? '');

/** `extra` declarations stand on the element unless it declares the same prefix itself. */
export function writeXml(element: Element, extra: ReadonlyMap<string, string> = new Map()): string {
  const own = new Map(element.attributes.map(({ name, value }) => [name, value]));
  const attributes = [...new Map([...extra, ...own])].map(([name, value]) => ` ${name}="${escapeValue(value)}"`).join('');
  const content = element.children.map((child) => (typeof child === 'string' ? escapeText(child) : writeXml(child))).join('');
  return content ? `<${element.name}${attributes}>${content}</${element.name}>` : `<${element.name}${attributes}/>`;
}
