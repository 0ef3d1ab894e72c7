// What the configuration names, held against what is there: the adapter of a recorder, the cameras of the policy; and the recorders for
// `probe`, `coverage` and `discover`. Apart from assemble.ts, so that a verb that only looks does not wait until the whole gate is loaded.
import fs from 'node:fs/promises';
import { adapters } from '../adapters/index.js';
import type { Installations } from './cli/install.js';
import type { Around, Way } from './cli/outside/way.js';
import type { Recorders } from './cli/recorders.js';
import type { Config, RecorderConfig } from './config/config.js';
import { isLoopback } from './config/check-listeners.js';
import { readPlaces, type Places, type RecorderPlace } from './config/places.js';
import type { Adapter, RecorderAddress } from './domain/adapter.js';
import type { Door } from './domain/door.js';
import { Problem, type Fault } from './domain/problem.js';
import type { Vms } from './domain/vms.js';
import type { Policy } from './policy/load.js';

/** A camera that only the configuration knows could never be applied for: a slip of the pen, told before it is missed. */
export function judgeCameras({ cameras }: Config, policy: Policy): Fault[] {
  const known = new Set(policy.cameras.map(({ id }) => id));
  return cameras
    .filter(({ camera }) => !known.has(camera))
    .map(({ camera }) => ({
      code: 'camera-unknown',
      where: `cameras: ${camera}`,
      detail: 'cameras.csv has no such camera; right is one of its first column.',
    }));
}

export const adapterOf = ({ adapter }: RecorderConfig) => adapters.find((it) => it.kind === adapter)!;
export const asAddress = ({ id, url, user, password, tls, maxGopSeconds, vendor }: RecorderConfig): RecorderAddress => ({
  id,
  url,
  user,
  password: password.reveal(),
  ...(tls && { tls }),
  maxGopSeconds,
  vendor,
});

/** `load`: the configuration of a file. */
export function makeRecorders(load: (file: string, env: NodeJS.ProcessEnv) => Promise<Config>): Recorders {
  const placeOf = ({ cameras, recorders }: Config, camera: string) => {
    const found = cameras.find((it) => it.camera === camera);
    if (!found)
      throw new Problem('config-invalid', `The configuration has no camera “${camera}”; ${rightOf(cameras.map((it) => it.camera))}.`);
    return { ...found, vms: vmsOf(recorders.find(({ id }) => id === found.recorder)!) };
  };
  return {
    recorder: async (file, env, id, camera) => {
      const config = await load(file, env);
      const recorder = config.recorders.find((it) => it.id === id);
      if (!recorder)
        throw new Problem('config-invalid', `The configuration has no recorder “${id}”; ${rightOf(config.recorders.map((it) => it.id))}.`);
      const place = camera === undefined ? null : placeOf(config, camera);
      if (place && place.recorder !== id)
        throw new Problem('config-invalid', `Camera ${camera} is recorded by ${place.recorder}, not by ${id}.`);
      return { vms: vmsOf(recorder), source: place?.source ?? null };
    },
    camera: async (file, env, camera) => placeOf(await load(file, env), camera),
    discover: async (localAddress, signal) =>
      (await Promise.all(adapters.map(async (adapter) => (await adapter.discover?.(localAddress, signal)) ?? []))).flat(),
  };
}

export const vmsOf = (recorder: RecorderConfig): Vms => adapterOf(recorder).connect(asAddress(recorder));

/** The good values, as many as a person reads. */
const rightOf = (names: readonly string[]): string =>
  names.length === 0 ? 'it has none' : `right is one of: ${names.slice(0, 20).join(', ')}${names.length > 20 ? ', …' : ''}`;

const adapterNamed = (kind: string): Adapter | undefined => adapters.find((it) => it.kind === kind);

/** Problem `config-invalid`: which recorder is meant, or what the configuration lacks. */
export const installationOf: Installations = async (file, { system, recorder, webServer }, machine) => {
  const install = adapterNamed(system)?.install;
  const able = adapters.filter((it) => it.install).map(({ kind }) => kind);
  if (!install) throw new Problem('config-invalid', `Nothing is known of installing in front of “${system}”; ${rightOf(able)}.`);
  const { recorders, dataFolder } = await readPlaces(file);
  const its = recorders.filter(({ adapter }) => adapter === system);
  const found = recorder === null ? (its.length === 1 ? its[0] : undefined) : its.find(({ id }) => id === recorder);
  if (!found)
    throw new Problem('config-invalid', recorder === null ? `The configuration has ${its.length} recorders of ${system}; --recorder: ${rightOf(its.map(({ id }) => id))}.` : `The configuration has no recorder “${recorder}” of ${system}; ${rightOf(its.map(({ id }) => id))}.`);
  const { id, url, user, passwordFile } = found;
  if (passwordFile === null)
    throw new Problem('config-invalid', `The new password of ${user} goes into a file, and recorder ${id} names none; right is passwordFile: a file that only the gate reads.`);
  // The gate's own user, as whom it reads the file: the one whose its data is.
  const owner = await fs.stat(dataFolder).then(({ uid, gid }) => ({ uid, gid }), () => null);
  return { recorder: id, installation: install({ id, url, user, passwordFile, owner, webServer }, machine) };
};

const bare = (host: string): string => host.replace(/^\[|\]$/g, '');
const isWide = (host: string): boolean => host === '0.0.0.0' || host === '::';

/** Where people reach a listener: by the address that they use, else where it listens; null where that is this machine alone, or every address. */
function reachedAt({ host, port, tls = null, publicUrl = null }: { host: string; port: number; tls?: unknown; publicUrl?: string | null }): { host: string | null; port: number; tls: boolean } {
  if (publicUrl === null) return { host: isLoopback(host) || isWide(host) ? null : host, port, tls: tls !== null };
  const { hostname, port: own, protocol } = new URL(publicUrl);
  const secure = protocol === 'https:';
  return { host: isLoopback(bare(hostname)) ? null : bare(hostname), port: Number(own || (secure ? 443 : 80)), tls: secure };
}

export async function waysAround(file: string): Promise<Around> {
  const { listen, recorders } = await readPlaces(file);
  const known = recorders.map((recorder) => ({ recorder, doors: adapterNamed(recorder.adapter)?.doors?.(recorder.url) ?? { doors: [], untried: [] } }));
  const once = new Map(known.flatMap(({ recorder, doors }) => waysTo(recorder, doors.doors, listen)).map((way) => [[way.host, way.port, way.tls, way.path].join(' '), way]));
  // What is at one port stands together.
  const ways = [...once.values()].sort((a, b) => (a.host ?? '').localeCompare(b.host ?? '') || a.port - b.port);
  const own = [listen, ...recorders.flatMap(({ web, front }) => [web, front])].filter((it) => it !== null).map((it) => reachedAt(it));
  const named = own.filter(({ host }) => host !== null);
  const gates = [...new Map((named.length > 0 ? named : own).map((it) => [`${it.host} ${it.port}`, it])).values()];
  return { ways, gates, untried: known.flatMap(({ recorder, doors }) => doors.untried.map((what) => ({ recorder: recorder.id, what }))) };
}

/** A recorder that the gate reaches on its own machine is tried there, by the names of that machine. */
function waysTo({ id, url, web, front }: RecorderPlace, doors: readonly Door[], listen: Places['listen']): Way[] {
  const own = [web, front, listen].filter((it) => it !== null).map((it) => reachedAt(it));
  const { hostname, protocol } = new URL(url);
  const remote = !isLoopback(bare(hostname));
  const hosts = remote ? [bare(hostname)] : [...new Set(own.map(({ host }) => host).filter((host) => host !== null))];
  const places: readonly (string | null)[] = hosts.length > 0 ? hosts : [null];
  // The gate's own listeners may answer; what they must not do is lead to footage.
  const ours = (port: number): { tls: boolean } | undefined => (remote ? undefined : own.find((it) => it.port === port));
  const secure = (port: number): boolean => ours(port)?.tls ?? (['443', '8443'].includes(String(port)) || (protocol === 'https:' && port === Number(new URL(url).port || 443)));
  const ways = places.flatMap((host) =>
    doors.flatMap(({ ports, path, through, what, close }): Way[] => {
      const tried = through ? [...new Set([...ports, ...(web && !remote ? [reachedAt(web).port] : [])])] : ports.filter((port) => !ours(port));
      return tried.map((port) => ({ recorder: id, host, port, tls: secure(port), path, what, close }));
    }),
  );
  if (!web) return ways;
  const fronted = reachedAt(web);
  return [
    ...ways,
    // Scripts of the system's pages run under this name: under it the gate's own pages must not answer them.
    ...[fronted, { ...reachedAt(listen), host: fronted.host }].map(
      ({ host, port, tls }): Way => ({
        ...{ recorder: id, host, port, tls, path: '/api/v1/health' },
        what: { zh: '以录像系统之名访问网关自身的接口', en: 'the gate’s own interface under the video system’s name' },
        close: { zh: '给录像系统页面另一个主机名(recorders[].web.publicUrl)', en: 'give the video system’s pages a host name of their own (recorders[].web.publicUrl)' },
      }),
    ),
  ];
}
