// An answer's tree → what node-onvif's own parser would make of it, but from one strict parser and on objects without a prototype.
import { elementsIn, type Element } from './read-xml.js';

/** Prefixes stripped, one element = value, several = array, attributes in `$`, text beside attributes or elements in `_`, all text strings,
 *  an empty element `''`. */
export type Reply = unknown;

type Members = Record<string, unknown>;
const members = (): Members => Object.create(null) as Members;

function attributesOf(element: Element): Members | null {
  const told = element.attributes.filter(({ name }) => name !== 'xmlns' && !name.startsWith('xmlns:'));
  return told.length === 0 ? null : told.reduce<Members>((all, { name, value }) => Object.assign(all, { [name]: value }), members());
}

export function shapeReply(element: Element): Reply {
  const inner = elementsIn(element);
  const attributes = attributesOf(element);
  const words = element.children.filter((child) => typeof child === 'string').join('');
  const blank = words.trim() === '';
  if (inner.length === 0 && !attributes) return blank ? '' : words;
  const shaped = members();
  if (attributes) shaped.$ = attributes;
  if (!blank) shaped._ = words;
  for (const child of inner) {
    const before = shaped[child.local];
    const found = shapeReply(child);
    if (Array.isArray(before)) before.push(found);
    else shaped[child.local] = before === undefined ? found : [before, found];
  }
  return shaped;
}
