// The people's side of one request. Walks it on from wherever the gate says that it stands; each act is done once, unless it was lost.
import assert from 'node:assert/strict';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Client } from '../../plugin/cli/client.js';
import type { RequestState } from '../../plugin/domain/lifecycle.js';
import { anApplication, shanghai, uploadScan } from '../support/gate.js';
import type { Tokens } from './people.js';
import type { Place } from './place.js';
import { fetchPackage } from '../support/fetch-package.js';

interface View {
  requestId: string;
  state: string;
  planDigest: string | null;
  voices: { by: string }[];
  releaseAskedBy: string | null;
  lastFailure: string | null;
}

const EVERY_MS = 100;
const MOST_TRIES = 900;

export class Procedure {
  /** Acts that the gate acknowledged: these never have to be done again. */
  readonly acknowledged = new Set<string>();
  #requestId: string | null = null;

  constructor(private readonly place: Place, private readonly tokens: Tokens) {}

  get packageFile(): string {
    return path.join(this.place.desk, 'package.zip');
  }

  get keyFile(): string {
    return path.join(this.place.desk, 'gate.pub');
  }

  /** To the end: released and fetched. `held`: what the journal held at the last death; nothing of it may be asked for again. */
  async goOn(url: string, held: RequestState | null): Promise<void> {
    const as = (user: string): Client => new Client(url, null, this.tokens.get(user)!);
    const officer = as(shanghai.officer);
    const { requests } = await officer.get<{ requests: { requestId: string }[] }>('/api/v1/requests');
    assert.ok(requests.length <= 1, 'the application was filed twice');
    if (held) assert.equal(requests[0]?.requestId, held.requestId, 'the journal holds the application, and the gate does not list it');
    this.#requestId = requests[0]?.requestId ?? (await this.#act('applied', async () => {
      await uploadScan(officer);
      return officer.post<View>('/api/v1/requests', anApplication());
    })).requestId;
    const show = () => officer.get<View>(`/api/v1/requests/${this.#requestId}`);

    let view = await show();
    this.#nothingIsLost(view, held);
    for (const [at, user] of shanghai.steps.entries())
      if (view.voices.length === at)
        view = await this.#act(user, () =>
          as(user).post<View>(`/api/v1/requests/${this.#requestId}/reviews`, { verdict: 'approve', planDigest: view.planDigest }));
    view = await this.#packaged(show);
    for (const [at, user] of shanghai.executors.entries())
      if (view.state === ['packaged', 'release-asked'][at])
        view = await this.#act(user, () => as(user).post<View>(`/api/v1/requests/${this.#requestId}/release`, {}));
    assert.equal(view.state, 'released');
    if (!this.acknowledged.has('fetched'))
      await this.#act('fetched', () => fetchPackage(officer, this.#requestId!, this.packageFile));
    await officer.download('/api/v1/keys/gate.pub', this.keyFile);
  }

  async #act<T>(name: string, act: () => Promise<T>): Promise<T> {
    assert.ok(!this.acknowledged.has(name), `${name} was acknowledged, and is wanted again`);
    const answer = await act();
    this.acknowledged.add(name);
    return answer;
  }

  /** What was acknowledged, and what the journal held at the death, stands. */
  #nothingIsLost({ voices, state, releaseAskedBy }: View, held: RequestState | null): void {
    const heard = shanghai.steps.filter((user) => this.acknowledged.has(user)).length;
    assert.ok(voices.length >= Math.max(heard, held?.voices.length ?? 0), `${voices.length} voices are left of ${heard} acknowledged`);
    assert.deepEqual(voices.map(({ by }) => by), shanghai.steps.slice(0, voices.length));
    const [first, second] = shanghai.executors;
    if (this.acknowledged.has(first) || held?.releaseAskedBy) assert.equal(releaseAskedBy, first);
    if (this.acknowledged.has(second) || held?.release) assert.equal(state, 'released');
    if (held?.package) assert.ok(['packaged', 'release-asked', 'released'].includes(state), `a sealed package was lost: ${state}`);
  }

  async #packaged(show: () => Promise<View>): Promise<View> {
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      const view = await show();
      if (['packaged', 'release-asked', 'released'].includes(view.state)) return view;
      assert.ok(!['denied', 'returned', 'not-available'].includes(view.state), `the request ended ${view.state} (${view.lastFailure})`);
      await wait(EVERY_MS);
    }
    throw new Error(`The request is still ${(await show()).state}.`);
  }
}
