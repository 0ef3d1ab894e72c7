// exportgate discover INTERFACE-ADDRESS: which video systems answer on a network. Nothing is called, nothing is configured by itself.
import { isIPv4 } from 'node:net';
import { networkInterfaces } from 'node:os';
import { Problem } from '../domain/problem.js';
import { padTo } from './console.js';
import type { Verb } from './context.js';
import { untilInterrupted, type Recorders } from './recorders.js';

export const discover =
  (recorders: Recorders): Verb<{ address: string }> =>
  async ({ output }, { address }) => {
    const own = Object.values(networkInterfaces())
      .flatMap((addresses) => addresses ?? [])
      .filter(({ family }) => family === 'IPv4')
      .map((it) => it.address);
    if (!isIPv4(address) || !own.includes(address))
      throw new Problem('config-invalid', `“${address}” is no IPv4 address of this machine; right is one of: ${own.join(', ')}.`);
    const found = await untilInterrupted((signal) => recorders.discover(address, signal));
    const rows = found.map(({ name, hardware, addresses }) => [name ?? '-', hardware ?? '-', addresses.join(' ')] as const);
    const widths = [0, 1].map((at) => Math.min(40, Math.max(0, ...rows.map((row) => row[at]!.length))));
    output.result({ found }, [
      ...rows.map(([name, hardware, addresses]) => `${padTo(name, widths[0]!)}  ${padTo(hardware, widths[1]!)}  ${addresses}`),
      found.length === 0
        ? '无应答 Nobody answered. Recorders may have discovery switched off, or be in another network: write the address down by hand.'
        : `${found.length} 台应答,均未配置 answered; none of them is configured by itself: write the address into the configuration.`,
    ]);
    return found.length > 0 ? 0 : 1;
  };
