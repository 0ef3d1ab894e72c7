// Headers as they came over the wire (`IncomingMessage.rawHeaders`): names and values by turns, repeated ones and all. What Node makes of them
// keeps one of several content types without a word.

export type RawHeaders = readonly string[];

/** Pairs with lower-case names. */
export function pairsOf(raw: RawHeaders): [name: string, value: string][] {
  const pairs: [string, string][] = [];
  for (let at = 0; at + 1 < raw.length; at += 2) pairs.push([raw[at]!.toLowerCase(), raw[at + 1]!]);
  return pairs;
}

export function valuesOf(raw: RawHeaders, name: string): string[] {
  const values: string[] = [];
  for (let at = 0; at + 1 < raw.length; at += 2)
    if (raw[at]!.length === name.length && raw[at]!.toLowerCase() === name) values.push(raw[at + 1]!.trim());
  return values;
}

/** Names that a `Connection` header takes for this hop alone (RFC 9110 §7.6.1), lower-case. */
export const namedInConnection = (raw: RawHeaders): ReadonlySet<string> =>
  new Set(valuesOf(raw, 'connection').flatMap((value) => value.split(',').map((name) => name.trim().toLowerCase())));
