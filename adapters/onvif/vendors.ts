// Playback addresses of vendors' own, for recorders without Profile G: vendors.json → an address at the configured host. Nothing proves the
// times of what is played there: they are asserted.
import { createRequire } from 'node:module';
import { Problem } from '../../plugin/domain/problem.js';
import type { Span } from '../../plugin/domain/span.js';
import type { Source } from '../../plugin/domain/vms.js';
import { hostOf, type RtspAddress } from './addresses.js';
import type { Device } from './device.js';

/** Named for TypeScript, so that the file is built along. */
type Data = typeof import('./vendors.json');

export type VendorSource = Extract<Source, { vendor: string }>;

const usualRtspPort = 554;
/** Beijing time, minutes east of UTC. */
const usualZoneMinutes = 8 * 60;

/** An instant in whole seconds, milliseconds since 1970, and the zone in minutes east of UTC → as the vendor spells it. */
const spellings = {
  /** `20190703T105010Z`, UTC. */
  'basic-utc': (at) => iso(at).replace(/[-:]/g, ''),
  /** The same letters, and local all the same. */
  'basic-local-z': (at, zone) => iso(local(at, zone)).replace(/[-:]/g, ''),
  /** `2021-03-24T01:30:00Z`, and local all the same. */
  'extended-local-z': (at, zone) => iso(local(at, zone)),
  /** `2022_09_17_00_00_00`, local. */
  'underscored-local': (at, zone) => iso(local(at, zone)).replace(/[-:T]/g, '_').replace('Z', ''),
  /** Seconds since 1970. */
  unix: (at) => String(at / 1000),
} as const satisfies Record<string, (at: number, zoneMinutes: number) => string>;

const iso = (at: number): string => new Date(at).toISOString().replace('.000Z', 'Z');
const local = (at: number, zoneMinutes: number): number => at + zoneMinutes * 60_000;

interface Vendor {
  /** Scheme and what comes behind the host, with `{channel}` `{stream}` (from 1) `{substream}` (from 0) `{from}` `{to}`. */
  template: string;
  times: keyof typeof spellings;
}

const placeholders = ['channel', 'stream', 'substream', 'from', 'to'] as const;
const templatePattern = /^rtsps?:\/(?:[\w\-./?&=]|\{(?:channel|stream|substream|from|to)\})+$/;

/** The data, judged when it is first looked at. Problem: `internal` names what is wrong with it. */
function judge(data: Record<string, { template: string; times: string; mark: string; source: string }>): ReadonlyMap<string, Vendor> {
  return new Map(
    Object.entries(data).map(([name, { template, times, mark, source }]) => {
      const spelled = Object.keys(spellings).find((each) => each === times) as Vendor['times'] | undefined;
      const complete = ['{channel}', '{from}', '{to}'].every((part) => template.includes(part));
      if (
        !/^[a-z][a-z0-9-]{0,31}$/.test(name) ||
        !templatePattern.test(template) ||
        !complete ||
        !spelled ||
        !/^[FU]$/.test(mark) ||
        !source
      )
        throw new Problem('internal', `vendors.json: the entry “${name}” is not one.`);
      return [name, { template, times: spelled }];
    }),
  );
}

const vendors = judge(createRequire(import.meta.url)('./vendors.json') as Data);

/** The vendors that a camera's `playback` may name. */
export const vendorNames: readonly string[] = [...vendors.keys()];

const wholeNumber = (name: string, number: number, least: number, most: number): number => {
  if (Number.isSafeInteger(number) && number >= least && number <= most) return number;
  throw new Problem('config-invalid', `The ${name} of a vendor’s playback address must be a whole number from ${least} to ${most}.`);
};

/** Whole seconds: the wire carries no more. Outwards, so that nothing of the span is left out. */
const outwards = ({ from, to }: Span): [number, number] => [
  Math.floor(Date.parse(from) / 1000) * 1000,
  Math.ceil(Date.parse(to) / 1000) * 1000,
];

/** Where `source` plays `range` (the recorder's time, widened to whole seconds). Problem: `config-invalid` (no such vendor). */
export function vendorAddress(device: Device, source: VendorSource, range: Span): RtspAddress {
  const vendor = vendors.get(source.vendor);
  if (!vendor) throw new Problem('config-invalid', `There is no vendor “${source.vendor}”; there are ${vendorNames.join(', ')}.`);
  const { rtspPort = usualRtspPort, zoneMinutes = usualZoneMinutes } = device.account.vendor ?? {};
  const stream = wholeNumber('stream', source.stream, 1, 9);
  const [from, to] = outwards(range).map((at) => spellings[vendor.times](at, zoneMinutes));
  const values: Record<(typeof placeholders)[number], string | number | undefined> = {
    channel: wholeNumber('channel', source.channel, 1, 9999),
    stream,
    substream: stream - 1,
    from,
    to,
  };
  const filled = placeholders.reduce((text, name) => text.replaceAll(`{${name}}`, String(values[name])), vendor.template);
  const [, scheme = '', path = ''] = /^(rtsps?):(.*)$/.exec(filled) ?? [];
  const url = `${scheme}://${device.url.hostname}:${rtspPort}${path}`;
  return { url, host: hostOf(device.url), port: rtspPort, secure: scheme === 'rtsps' };
}
