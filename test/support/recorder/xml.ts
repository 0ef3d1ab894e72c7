// Just enough XML for a recorder that answers well-formed requests: it reads by pattern and escapes what it writes.

const named: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

export const escapeXml = (text: string): string => text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);

export const unescapeXml = (text: string): string =>
  text.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (_, hex, decimal, name) =>
    name ? (named[name] ?? '') : String.fromCodePoint(hex ? parseInt(hex, 16) : Number(decimal)),
  );

/** Text of every element of this name, whatever its prefix. */
export const valuesOf = (xml: string, name: string): string[] =>
  [...xml.matchAll(new RegExp(`<(?:[\\w-]+:)?${name}(?:\\s[^>]*)?>([^<]*)</`, 'g'))].map(([, text]) => unescapeXml((text ?? '').trim()));

/** Namespace and name of the body's child. */
export function operationOf(xml: string): { namespace: string; operation: string } {
  const body = /<(?:[\w-]+:)?Body(?:\s[^>]*)?>\s*<(?:([\w-]+):)?(\w+)((?:\s[^>]*)?)\/?>/.exec(xml);
  if (!body) return { namespace: '', operation: '' };
  const declaration = new RegExp(`xmlns${body[1] ? `:${body[1]}` : ''}="([^"]*)"`);
  const namespace = declaration.exec(body[3] ?? '')?.[1] ?? declaration.exec(xml)?.[1] ?? '';
  return { namespace, operation: body[2] ?? '' };
}
