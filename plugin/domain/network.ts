// IP addresses and networks as bytes, and which of them nobody calls by accident. Pure, so that configuration and sender judge alike.

/** Four or sixteen bytes. */
export type Address = readonly number[];

export interface Network {
  address: Address;
  prefix: number;
}

/** `192.0.2.1`, `2001:db8::1`, `::ffff:192.0.2.1`; null for anything else, a zone (`%eth0`) and octal spellings too. */
export function parseAddress(text: string): Address | null {
  return text.includes(':') ? parseSix(text) : parseFour(text);
}

function parseFour(text: string): number[] | null {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part))) return null;
  const bytes = parts.map(Number);
  return bytes.every((byte) => byte < 256) ? bytes : null;
}

function parseSix(text: string): number[] | null {
  const halves = text.split('::');
  if (halves.length > 2) return null;
  const sides = halves.map((half) => (half === '' ? [] : half.split(':')));
  const bytes = sides.map((groups, side) => bytesOf(groups, side === sides.length - 1));
  const [before, after] = bytes;
  if (!before || (halves.length === 2 && !after)) return null;
  if (halves.length === 1) return before.length === 16 ? before : null;
  const gap = 16 - before.length - after!.length;
  return gap < 2 ? null : [...before, ...Array.from({ length: gap }, () => 0), ...after!];
}

/** Groups of four hex digits; the very last may be dotted. */
function bytesOf(groups: readonly string[], isLast: boolean): number[] | null {
  const bytes: number[] = [];
  for (const [at, group] of groups.entries()) {
    const dotted = isLast && at === groups.length - 1 && group.includes('.') ? parseFour(group) : null;
    if (dotted) bytes.push(...dotted);
    else if (/^[0-9a-fA-F]{1,4}$/.test(group)) bytes.push(Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 0xff);
    else return null;
  }
  return bytes;
}

/** `10.0.0.0/8`; an address alone is a network of one. Null where it is neither. */
export function parseNetwork(text: string): Network | null {
  const [host = '', prefix, ...more] = text.split('/');
  const address = parseAddress(host);
  if (!address || more.length > 0 || (prefix !== undefined && !/^\d{1,3}$/.test(prefix))) return null;
  const bits = prefix === undefined ? address.length * 8 : Number(prefix);
  return bits <= address.length * 8 ? { address, prefix: bits } : null;
}

export function isIn({ address, prefix }: Network, asked: Address): boolean {
  if (asked.length !== address.length) return false;
  return address.every((byte, at) => {
    const bits = Math.min(8, Math.max(0, prefix - at * 8));
    const mask = (0xff << (8 - bits)) & 0xff;
    return (byte & mask) === (asked[at]! & mask);
  });
}

const network = (text: string): Network => parseNetwork(text)!;

/**
 * Never called unless a channel's own networks name it or a part of it: this machine, its link, groups and nowhere (RFC 6890), and where
 * clouds hand out the machine's credentials.
 */
const reserved: readonly Network[] = [
  '0.0.0.0/8',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '224.0.0.0/4',
  '240.0.0.0/4',
  '100.100.100.200/32',
  '168.63.129.16/32',
  '192.0.0.192/32',
  '::/128',
  '::1/128',
  'fe80::/10',
  'fec0::/10',
  'ff00::/8',
  'fd00:ec2::/32',
].map(network);

const loopback: readonly Network[] = ['127.0.0.0/8', '::1/128'].map(network);
const mapped = network('::ffff:0:0/96');
/** IPv6 forms that carry an IPv4 address to somewhere else, and where in them it stands: compatible, NAT64, 6to4. */
const carrying: readonly (readonly [Network, number])[] = [
  [network('::/96'), 12],
  [network('64:ff9b::/96'), 12],
  [network('2002::/16'), 2],
];

/** Lies all of `inner` in `outer`? */
const contains = (outer: Network, inner: Network): boolean => inner.prefix >= outer.prefix && isIn(outer, inner.address);

/**
 * May a channel with these networks call this address? Without networks: everything but the reserved ranges. With them: only what lies in one,
 * and of a reserved range only what a network inside that range names: `0.0.0.0/0` opens no door to the machine itself.
 */
export function mayCall(address: Address, networks: readonly Network[] | null): boolean {
  const plain = isIn(mapped, address) ? address.slice(12) : address;
  const isNamed = (form: Address): boolean =>
    reserved.every((range) => !isIn(range, form) || (networks ?? []).some((it) => isIn(it, form) && contains(range, it)));
  const carried = carrying.filter(([range]) => !isLoopbackOrNowhere(plain) && isIn(range, plain)).map(([, at]) => plain.slice(at, at + 4));
  return [plain, ...carried].every(isNamed) && (networks === null || networks.some((it) => isIn(it, plain)));
}

/** `::` and `::1` look like the compatible form and are none. */
const isLoopbackOrNowhere = (address: Address): boolean => address.length === 16 && address.slice(0, 15).every((byte) => byte === 0);

/** Is it this machine and nothing else? */
export const isLoopback = (asked: Network): boolean => loopback.some((range) => contains(range, asked));
