// The month's stage: a running gate whose clock is handed in, and what its people do there over HTTP. Each act is written into the tally by who
// does it, before anybody asks the gate what it remembers.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Client } from '../../plugin/cli/client.js';
import type { Act } from '../../plugin/domain/decision.js';
import type { Edge, GlassReason, Viewing } from '../../plugin/domain/audit-event.js';
import type { Application, Item } from '../../plugin/domain/export-request.js';
import type { State } from '../../plugin/domain/lifecycle.js';
import { Problem, type ProblemCode } from '../../plugin/domain/problem.js';
import type { UserId } from '../../plugin/domain/subject.js';
import { unpackArchive } from '../../plugin/evidence/unpack.js';
import { call, type Call } from '../http/onvif-client.js';
import { machineTools, shownFrames } from '../media/tools.js';
import { problemOf, quarter, type Seen } from '../support/walk.js';
import { scanSha256, uploadScan, type TestGate } from '../support/gate.js';
import type { Chance } from './chance.js';
import { cities, recorded, type City, type Step } from './cities.js';
import { day } from './forms.js';
import { Tally, type Deed, type Matter } from './tally.js';
import { fetchPackage } from '../support/fetch-package.js';

/** Handed to the gate; moved by the month alone. */
export class Clock {
  constructor(public at: number) {}

  readonly now = (): Date => new Date(this.at);
}

/** A request as the month needs to see it. */
export type View = Seen & { manifestSha256: string | null; paper: { servedAt: string } | null };

/** How an application is to end at the counter. */
export type Verdict = { state: 'held' | 'preserve-queued' | 'not-available' } | { state: 'denied' | 'returned'; codes: readonly string[] };

interface Applying {
  applicant: UserId;
  /** A clerk who types it in for the applicant. */
  typist?: UserId;
  /** Steps that it will have to take. */
  steps: readonly Step[];
}

const readEvery = 15 * 60_000;
/** Of the small street: ten pictures a second. */
const pictureMs = 100;

export class Stage {
  readonly tally = new Tally();
  /** Forms read, by site: once for each person in a quarter of an hour. */
  readonly formsRead = new Map<string, number>();
  readonly #read = new Map<string, number>();
  readonly #steps = new Map<Matter, readonly Step[]>();
  /** Whose footage may be on its way still. */
  readonly #pulled = new Set<Matter>();
  #numbers = 0;

  constructor(
    readonly gate: TestGate,
    readonly clock: Clock,
    readonly chance: Chance,
  ) {}

  /** For papers: each form has one of its own. */
  number(): number {
    return ++this.#numbers;
  }

  /** Some seconds pass before every act; none while it lasts. */
  #tick(): string {
    this.clock.at += this.chance.between(3, 12) * 1000;
    return this.clock.now().toISOString();
  }

  async #begin(matter: Matter): Promise<string> {
    await this.#settle(matter);
    return this.#tick();
  }

  /** As this person; who was signed out by the clock signs in again. */
  async #as<T>(user: UserId, use: (client: Client) => Promise<T>): Promise<T> {
    try {
      return await use(await this.gate.as(user));
    } catch (thrown) {
      if (Problem.from(thrown).code !== 'token-invalid') throw thrown;
      this.gate.again();
      return use(await this.gate.as(user));
    }
  }

  #write(deed: Deed): void {
    this.tally.deeds.push(deed);
  }

  /** Of a request, in the register of its site. */
  #done(matter: Matter, deed: Omit<Deed, 'matter' | 'site'>): void {
    this.#write({ ...deed, matter, site: matter.city.site });
  }

  #met(view: View): View {
    this.tally.met.add(view.state as State);
    return view;
  }

  async #post(matter: Matter, user: UserId, at: string, body: object = {}): Promise<View> {
    return this.#met(await this.#as(user, (client) => client.post<View>(`/api/v1/requests/${matter.id}/${at}`, body)));
  }

  // ——— the counter ———

  async apply(city: City, { applicant, typist, steps }: Applying, form: Application, verdict: Verdict): Promise<Matter> {
    const at = this.#tick();
    const types = typist ?? applicant;
    if (JSON.stringify(form).includes(scanSha256)) await this.#as(types, uploadScan);
    const posted = this.#as(types, (client) => client.post<View>('/api/v1/requests', { ...form, ...(typist && { applicant }) }));
    const [view, problem] = await posted.then((found) => [found, null] as const, (thrown: unknown) => [null, Problem.from(thrown)] as const);
    const id = view?.requestId ?? problem?.requestId;
    assert.ok(id, `${form.basis} ${form.reason}: ${problem?.message}`);
    const codes = 'codes' in verdict ? verdict.codes : [];
    const matter: Matter = {
      id, city, form, applicant, typist: typist ?? null, state: verdict.state, custody: 'none', appliedAt: at, codes, granted: null, voices: [], ended: null, glass: null,
      executors: [], releasedAt: null, manifest: null, held: false,
    };
    this.#steps.set(matter, steps);
    this.tally.matters.push(matter);
    this.#done(matter, { action: 'export-requested', at, by: applicant });
    if (!view) {
      const told = problem!.code === 'request-denied' ? problem!.reasons : [...new Set(problem!.faults?.map(({ code }) => code))];
      assert.deepEqual([problem!.code, told], [`request-${verdict.state}`, codes], form.reason);
      this.tally.met.add(verdict.state);
      matter.ended = { step: null, by: null, at, standsInFor: null };
      return matter;
    }
    this.#met(view);
    matter.custody = ({ held: 'sealed', 'not-available': 'unavailable', 'preserve-queued': 'queued' } as const)[verdict.state as 'held'];
    if (verdict.state === 'not-available') matter.codes = ['no-footage'];
    this.#pulled.add(matter);
    return matter;
  }

  /** Its footage is where the story wants it: pulled while others acted. */
  async #settle(matter: Matter): Promise<void> {
    if (!this.#pulled.delete(matter)) return;
    await this.until(matter, ({ custody, state }) => custody === matter.custody && state === matter.state);
  }

  /** An application that gets no number. `sites`: in whose registers it stands, and with which of its items. */
  async applyInVain(by: { applicant: UserId; typist?: UserId }, form: Application, code: ProblemCode, sites: readonly string[]): Promise<void> {
    const at = this.#tick();
    const { applicant, typist } = by;
    const types = typist ?? applicant;
    const problem = await problemOf(this.#as(types, (client) => client.post('/api/v1/requests', { ...form, ...(typist && { applicant }) })));
    assert.deepEqual([problem?.code, problem?.requestId], [code, undefined]);
    for (const site of sites)
      this.#write({ action: 'request-refused', at, matter: null, site, by: applicant, typist: typist ?? null, reason: form.reason, items: within(site, form.items), codes: [code] });
  }

  // ——— searches, and ordinary clients of the recorder ———

  /** A precheck; refused with `code`. */
  async search(user: UserId, items: readonly Item[], reason: string, sites: readonly string[], code: ProblemCode | null = null): Promise<void> {
    const at = this.#tick();
    assert.equal((await problemOf(this.#as(user, (client) => client.post('/api/v1/prechecks', { items, reason }))))?.code ?? null, code);
    const [action, codes] = code === null ? (['footage-searched', []] as const) : (['search-refused', [code]] as const);
    for (const site of sites) this.#write({ action, at, matter: null, site, by: user, reason, items: within(site, items), codes });
  }

  /** A video system's client asks the recorder past the procedure. `user`: its name there, where its first message tells it. */
  async knock(asked: Call, told: { operation: string; class: 'footage' | 'writing'; recording: string | null; user?: string }, sites: readonly string[]): Promise<void> {
    const at = this.#tick();
    const headers = told.user ? { headers: { authorization: `Digest username="${told.user}", realm="x", nonce="x", uri="/", response="x"` } } : {};
    const { status } = await call(this.gate.frontUrl, { ...asked, ...headers });
    assert.equal(status, 403);
    const camera = recorded[Number(told.recording?.slice('REC_'.length)) - 1];
    const about = ['nvr-1', told.operation, told.recording].filter((word) => word !== null).join(' ');
    const items = camera ? [{ camera, from: null, to: null }] : [];
    const by = { name: [told.user, '127.0.0.1'].filter(Boolean).join(' ') };
    for (const site of sites) this.#write({ action: 'access-stopped', at, matter: null, site, by, about, items, codes: [told.class] });
  }

  // ——— reading ———

  async see(matter: Matter, user: UserId = matter.applicant): Promise<View> {
    const key = `${user} ${matter.id}`;
    const [before, now] = [this.#read.get(key), this.clock.at];
    const view = await this.#as(user, (client) => client.get<View>(`/api/v1/requests/${matter.id}`));
    if (before === undefined || now - before >= readEvery) {
      this.#read.set(key, now);
      const { site } = matter.city;
      if (!this.tally.isConfidential(matter)) this.formsRead.set(site, (this.formsRead.get(site) ?? 0) + 1);
    }
    return this.#met(view);
  }

  /** Machines work in between; the clock stands still. */
  async until(matter: Matter, isSo: (seen: View) => boolean): Promise<View> {
    for (let tries = 0; tries < 2_000; tries++) {
      const seen = await this.see(matter);
      if (isSo(seen)) return seen;
      await wait(Math.min(20 + tries * 20, 250));
    }
    throw new Error(`${matter.id} is still ${JSON.stringify(await this.see(matter))}`);
  }

  // ——— the steps ———

  stepOf(matter: Matter): Step | null {
    return this.#steps.get(matter)![matter.voices.length] ?? null;
  }

  /** One more voice; with `items`, for less than was asked. */
  async agree(matter: Matter, by: UserId, { items, standsInFor = null }: { items?: readonly Item[]; standsInFor?: UserId | null } = {}): Promise<void> {
    const at = await this.#begin(matter);
    const step = this.stepOf(matter)!;
    const { planDigest } = await this.see(matter, by);
    await this.#post(matter, by, 'reviews', items ? { verdict: 'narrow', items, planDigest } : { verdict: 'approve', planDigest });
    matter.voices.push({ step, by, at, standsInFor });
    if (items) matter.granted = items;
    if (this.stepOf(matter) === null) matter.state = 'granted';
  }

  async giveBack(matter: Matter, by: UserId, code: string, standsInFor: UserId | null = null): Promise<void> {
    const at = await this.#begin(matter);
    const step = this.stepOf(matter);
    await this.#post(matter, by, 'reviews', { verdict: 'return', code });
    Object.assign(matter, { state: 'returned', codes: [code], ended: { step, by, at, standsInFor } });
  }

  async withdraw(matter: Matter, by = matter.applicant): Promise<void> {
    const at = await this.#begin(matter);
    await this.#post(matter, by, 'withdrawal');
    Object.assign(matter, { state: 'withdrawn', ended: { step: null, by, at, standsInFor: null } });
  }

  async close(matter: Matter, by: UserId): Promise<void> {
    const at = await this.#begin(matter);
    await this.#post(matter, by, 'closing', { explanation: '示例:人已找到,未取得文书' });
    Object.assign(matter, { state: 'closed', ended: { step: null, by, at, standsInFor: null } });
  }

  async callBack(matter: Matter, by: UserId, confirmed = true): Promise<void> {
    await this.#begin(matter);
    await this.#post(matter, by, 'call-backs', { directory: matter.city.callBack, confirmed });
  }

  async servePaper(matter: Matter, by: UserId, paper: Required<Pick<Application, 'instrument' | 'officers'>>): Promise<void> {
    await this.#begin(matter);
    await this.#as(by, uploadScan);
    await this.#post(matter, by, 'paper', paper);
    matter.form = { ...matter.form, ...paper };
  }

  async acceptPaper(matter: Matter, by: UserId): Promise<void> {
    await this.#begin(matter);
    const { paper } = await this.see(matter, by);
    await this.#post(matter, by, 'paper/acceptance', { servedAt: paper!.servedAt });
    if (this.stepOf(matter) === null) matter.state = 'granted';
  }

  async hold(matter: Matter, by: UserId): Promise<void> {
    await this.#begin(matter);
    await this.#post(matter, by, 'hold', { reason: '示例:法院调取备份' });
    matter.held = true;
  }

  async lift(matter: Matter, by: UserId): Promise<void> {
    await this.#begin(matter);
    await this.#post(matter, by, 'hold/lifting');
    matter.held = false;
  }

  /** By both administrators; the second one's word breaks it. */
  async breakGlass(matter: Matter, [first, second]: readonly [UserId, UserId], reason: GlassReason): Promise<void> {
    const askedAt = await this.#begin(matter);
    await this.#post(matter, first, 'glass', { reason });
    matter.glass = { by: first, at: askedAt };
    const at = await this.#begin(matter);
    await this.#post(matter, second, 'glass', { reason });
    this.#done(matter, { action: 'glass-broken', at, by: second, codes: [reason] });
  }

  async delegate(city: City, from: UserId, to: UserId, role: string, hours: number): Promise<() => Promise<void>> {
    this.#tick();
    const now = this.clock.at;
    const leave = { to, role, site: city.site, from: new Date(now).toISOString(), until: new Date(now + hours * 3_600_000).toISOString() };
    const { id } = await this.#as(from, (client) => client.post<{ id: number }>('/api/v1/delegations', leave));
    return async () => {
      this.#tick();
      await this.#as(from, (client) => client.post(`/api/v1/delegations/${id}/end`, {}));
    };
  }

  async reviewAfter(matter: Matter, by: UserId): Promise<void> {
    const { afterReview } = await this.see(matter, by);
    if (!afterReview?.drawn) return this.refuse(matter, by, { act: 'inspect', at: 'after-review', body: { finding: 'in-order' }, code: 'state-conflict' });
    await this.#begin(matter);
    await this.#post(matter, by, 'after-review', { finding: 'in-order' });
  }

  // ——— looking ———

  /** The whole of what is asked for of one camera, marked: every picture of it was there to be seen, and no other. */
  async watch(matter: Matter, user: UserId, item: Item, why: Viewing): Promise<void> {
    const at = await this.#begin(matter);
    const url = new URL(`/api/v1/requests/${matter.id}/stream?camera=${item.camera}`, this.gate.url);
    const stream = await this.#as(user, async () => {
      const response = await fetch(url, { headers: { authorization: `Bearer ${await this.gate.tokenOf(user)}` } });
      const bytes = Buffer.from(await response.arrayBuffer());
      if (response.status === 401) throw new Problem('token-invalid', 'The clock went on.');
      assert.equal(response.status, 200, bytes.toString('utf8').slice(0, 300));
      return bytes;
    });
    const file = path.join(this.gate.folder, 'stream.mp4');
    await fs.promises.writeFile(file, stream);
    const pictures = await shownFrames((await machineTools()).ffmpeg, file);
    assert.equal(pictures.length, (Date.parse(item.to) - Date.parse(item.from)) / pictureMs, `${matter.id}: pictures in the stream`);
    this.#done(matter, { action: 'footage-viewed', at, by: user, about: why, items: [item] });
  }

  async look(matter: Matter, user: UserId, camera: string, edge: Edge): Promise<void> {
    const at = await this.#begin(matter);
    const file = path.join(this.gate.folder, 'frame.jpg');
    await this.#as(user, (client) => client.download(`/api/v1/requests/${matter.id}/frame?camera=${camera}&edge=${edge}`, file));
    this.#done(matter, { action: 'frame-inspected', at, by: user, about: edge, items: [{ camera, from: null, to: null }] });
  }

  /** The upper left quarter of the camera is masked. */
  async draw(matter: Matter, user: UserId, camera: string): Promise<void> {
    await this.until(matter, ({ custody }) => custody === 'sealed');
    await this.#begin(matter);
    await this.#post(matter, user, `cameras/${camera}/areas`, { areas: [quarter] });
  }

  // ——— handing out ———

  async packaged(matter: Matter): Promise<void> {
    const view = await this.until(matter, ({ state }) => state === 'packaged');
    matter.state = 'packaged';
    matter.manifest = view.manifestSha256;
    assert.match(view.manifestSha256 ?? '', /^[0-9a-f]{64}$/);
  }

  async askRelease(matter: Matter, by: UserId): Promise<void> {
    await this.#begin(matter);
    assert.equal((await this.#post(matter, by, 'release')).state, 'release-asked');
    matter.state = 'release-asked';
  }

  /** By the one who does it alone, or by the second of two. */
  async release(matter: Matter, by: UserId, first: UserId | null = null): Promise<void> {
    const at = await this.#begin(matter);
    assert.equal((await this.#post(matter, by, 'release')).state, 'released');
    Object.assign(matter, { state: 'released', executors: first ? [first, by] : [by], releasedAt: at });
    this.#done(matter, { action: 'clip-released', at, by });
  }

  async fetch(matter: Matter, by: UserId): Promise<Fetched> {
    const at = await this.#begin(matter);
    const [archive, folder] = [path.join(this.gate.folder, 'package.zip'), path.join(this.gate.folder, 'package')];
    const { transfer } = await this.#as(by, (client) => fetchPackage(client, matter.id, archive));
    this.#done(matter, { action: 'clip-transferred', at, by });
    await unpackArchive(archive, folder);
    const manifest = await fs.promises.readFile(path.join(folder, 'manifest.json'));
    assert.equal(createHash('sha256').update(manifest).digest('hex'), matter.manifest);
    await fs.promises.rm(folder, { recursive: true });
    const bytes = await fs.promises.readFile(archive);
    return { transfer, bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
  }

  async confirm(matter: Matter, by: UserId): Promise<void> {
    const at = await this.#begin(matter);
    await this.#post(matter, by, 'receipt', { manifest: matter.manifest });
    this.#done(matter, { action: 'receipt-confirmed', at, by, about: matter.manifest!, destination: by });
  }

  /** Noted by an executor: who fetched it would not sign. */
  async noteRefusal(matter: Matter, by: UserId, { transfer }: Fetched, fetchedBy: UserId): Promise<void> {
    const at = await this.#begin(matter);
    const reason = '示例:当场拒绝签收';
    await this.#post(matter, by, 'receipt', { refused: reason, transfer });
    this.#done(matter, { action: 'receipt-refused', at, by, about: reason, destination: fetchedBy });
  }

  /** What was fetched, on a medium, by who fetched it. */
  async handOver(matter: Matter, by: UserId, fetched: Fetched): Promise<void> {
    const at = await this.#begin(matter);
    const [serial, bag] = [`示例盘${matter.id.slice(-3)}`, `示例封${matter.id.slice(-3)}`];
    const receivers = matter.form.officers.map(({ name }) => name);
    await this.#post(matter, by, 'handovers', { ...fetched, serial, bag, receivers });
    this.#done(matter, { action: 'handover-made', at, by, about: `${serial} ${bag}`, destination: { name: receivers.join('、') } });
  }

  // ——— what may not be ———

  /** An act that is refused. `told`: what is answered, where that is less than what is recorded. */
  async refuse(matter: Matter, by: UserId, refusal: Refusal): Promise<void> {
    const { act, at: rest, body, code, told = code } = refusal;
    const at = await this.#begin(matter);
    const where = `/api/v1/requests/${matter.id}/${rest}`;
    // A yes names the plan that stands, as its applicant reads it.
    const isYes = rest === 'reviews' && ['approve', 'narrow'].includes((body as { verdict: string }).verdict);
    const said = isYes ? { planDigest: (await this.see(matter)).planDigest, ...body } : body;
    const problem = await problemOf(this.#as(by, (client) => (said ? client.post(where, said) : client.get(where))));
    assert.equal(problem?.code, told, `${matter.id} (${matter.state}): ${by} ${rest}: ${problem?.detail}`);
    this.#done(matter, { action: 'act-refused', at, by, about: act, codes: [code] });
  }

  // ——— time ———

  /** What the gate does every half minute: clocks, deadlines, and the end of footage that nobody was granted. */
  async evening(): Promise<void> {
    for (const matter of this.#pulled) await this.#settle(matter);
    await this.gate.look();
    for (const matter of this.tally.matters) {
      const { ended, held, custody, state, appliedAt } = matter;
      // No form of the month names a time until when to provide.
      const from = ended?.at ?? (state === 'held' ? appliedAt : null);
      if (from && !held && custody === 'sealed' && Date.parse(from) + 30 * day <= this.clock.at) matter.custody = 'expired';
    }
  }

  async restart(): Promise<void> {
    await this.gate.restart();
    this.#read.clear();
  }
}

/** One download, and the file that came of it. */
export interface Fetched {
  transfer: string;
  bytes: number;
  sha256: string;
}

export interface Refusal {
  act: Act;
  /** Behind the request's own address. */
  at: string;
  /** Without one it is a GET. */
  body?: object;
  code: ProblemCode;
  told?: ProblemCode;
}

/** Of several sites' items those of this one; in the register of what belongs to none, all. */
function within(site: string, items: readonly Item[]): readonly Item[] {
  const city = cities.find((it) => it.site === site);
  if (!city) return items;
  const known = [city.street, city.gate, city.school].map(({ camera }) => camera);
  return items.filter(({ camera }) => known.includes(camera));
}
