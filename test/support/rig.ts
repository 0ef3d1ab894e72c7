// A real journal and store, and requests that are held and queued, without a gate around them: the histories that a test writes by hand.
import { generateKeyPairSync } from 'node:crypto';
import path from 'node:path';
import type { RequestDraft, RequestEntry, RequestEventName } from '../../plugin/domain/audit-event.js';
import type { Basis } from '../../plugin/domain/basis.js';
import type { Plan } from '../../plugin/domain/plan.js';
import { noLog } from '../../plugin/domain/log.js';
import { Requests } from '../../plugin/export/requests.js';
import { Journal } from '../../plugin/journal/journal.js';
import { holdLock } from '../../plugin/store/sqlite.js';
import { openStore, type Store } from '../../plugin/store/store.js';
import { inFolder } from '../media/tools.js';
import { shanghai } from './gate.js';

export interface RigOptions {
  now?: () => Date;
  /** What the plan of each request says beside its one step. */
  plan?: Partial<Plan>;
  provideBy?: string;
  basis?: Basis;
}

export interface Rig {
  requests: Requests;
  journal: Journal;
  store: Store;
  /** The applicant of every request. */
  applicant: string;
  add(id: string): Promise<void>;
  history(id: string): readonly RequestEntry[];
  events(id: string): RequestEventName[];
  append(id: string, draft: Omit<RequestDraft, 'requestId'>): Promise<void>;
  /** From held, by one voice and one executor, to the entry of the release and no further. */
  release(id: string): Promise<void>;
  /** The same journal as a new start reads it: what was only in memory is gone. */
  reopened(): Promise<Requests>;
}

const list = { bytes: 1, sha256: '0', sm3: '0', crc32: 0, object: 'none' };

/** A journal, a store and requests that are held and queued. */
export async function withRig(work: (rig: Rig) => Promise<void>, { now = () => new Date('2026-03-02T00:00:00.000Z'), plan, provideBy, basis = 'COURT' }: RigOptions = {}): Promise<void> {
  await inFolder(async (folder) => {
    const store = await openStore(path.join(folder, 'store.sqlite'));
    const { privateKey } = generateKeyPairSync('ed25519');
    const open = () => Journal.open({ folder: path.join(folder, 'journal'), origin: 'test.exportgate.example/work', key: privateKey, now, hold: holdLock });
    let journal = await open();
    const requests = new Requests({ journal, store, log: noLog });
    const applicant = await store.people.pseudonymOf(shanghai.officer);
    const append: Rig['append'] = async (id, draft) => void (await requests.take(id, (turn) => turn.append(draft)));
    try {
      await work({
        requests, store, applicant, append,
        get journal() {
          return journal;
        },
        history: (id) => journal.entriesOf(id),
        events: (id) => journal.entriesOf(id).map((entry) => entry.event),
        add: async (id) => {
          const [unit, application] = [await store.personal.conceal('unit', '示例'), await store.personal.conceal('application', { reason: '示例', officers: [] })];
          const items = [{ camera: 'sh-yf-street', from: '2026-03-01T00:00:00.000Z', to: '2026-03-01T00:00:10.000Z' }];
          const instrument = provideBy === undefined ? null : { type: 'COURT_ORDER', scanSha256: '', provideBy };
          await append(id, { event: 'export-requested', by: applicant, data: { basis, city: '310000', site: 'SH-YUNFAN', items, officers: 2, applicant, enteredBy: applicant, unit, application, instrument } });
          await append(id, { event: 'export-held', by: 'gate', data: { plan: { steps: [{ step: 'evidence-clerk', role: 'role:evidence-clerk' }], paperHours: null, ...plan } as never, planDigest: 'sha256:x', rows: [] } });
          await append(id, { event: 'preserve-queued', by: 'gate', data: { why: 'submitted' } });
        },
        release: async (id) => {
          const planDigest = 'sha256:x';
          await append(id, { event: 'preserve-completed', by: 'gate', data: { cameras: 1, bytes: 1 } });
          await append(id, { event: 'request-reviewed', by: 'p-clerk', data: { step: 'evidence-clerk', planDigest, policyVersion: 'sha256:p' } });
          await append(id, { event: 'export-granted', by: 'gate', data: { planDigest, voices: 1 } });
          await append(id, { event: 'fulfil-started', by: 'gate', data: { attempt: 1 } });
          await append(id, { event: 'package-sealed', by: 'gate', data: { manifest: '0', index: list } });
          await append(id, { event: 'clip-released', by: 'p-second', data: { executors: ['p-first', 'p-second'], expiresAt: '2026-03-05T00:00:00.000Z', downloads: 1, delivery: list } });
        },
        reopened: async () => {
          await journal.close();
          journal = await open();
          return new Requests({ journal, store, log: noLog });
        },
      });
    } finally {
      await journal.close();
      await store.close();
    }
  });
}
