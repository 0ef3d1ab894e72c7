// What the operations of the API are given.
import type { Pseudonym } from '../../domain/audit-event.js';
import type { Log } from '../../domain/log.js';
import type { Person, Subject } from '../../domain/subject.js';
import type { Source, Vms } from '../../domain/vms.js';
import type { Journal } from '../../journal/journal.js';
import type { Tools } from '../../media/find-ffmpeg.js';
import type { Objects } from '../../store/objects.js';
import type { Policy } from '../../policy/load.js';
import type { ClockWatch } from '../../export/clock-watch.js';
import type { Delegations } from '../../export/delegations.js';
import type { MonthIndex } from '../../export/month-index.js';
import type { Policies } from '../../export/policies.js';
import type { Store } from '../../store/store.js';
import type { Requests } from '../../export/requests.js';
import type { ReadRecord } from '../../export/read-record.js';
import type { Speeds } from '../../export/speeds.js';
import type { ProgressHub } from '../progress-hub.js';

export interface ApiParts {
  journal: Journal;
  objects: Objects;
  /** The one in force; another one may be at the next asking. */
  policy: Policy;
  policies: Policies;
  requests: Requests;
  store: Store;
  log: Log;
  delegations: Delegations;
  clock: ClockWatch;
  reads: ReadRecord;
  months: MonthIndex;
  speeds: Speeds;
  /** The video system that records a camera, and where in it. */
  vmsOf(camera: string): { vms: Vms; source: Source };
  /** What the configuration says that a recorder records. */
  camerasOf(recorder: string): readonly { camera: string; recording: string | null }[];
  progress: ProgressHub;
  tools: Tools;
  workFolder: string;
  now: () => Date;
  /** SPKI PEM of the manifest key: what `verify --key` takes. */
  gatePublicKey: string;
  version: string;
  /** Is this camera's recorder one that the gate pulls from? */
  isConnected(camera: string): boolean;
  /** A request moved: machines may have work. */
  wake(requestId: string): void;
  /** User and password → token. Problem `login-failed`, `too-many-requests`. */
  signIn(user: string, password: string, address: string): Promise<{ token: string; expiresAt: string; subject: Subject }>;
  /** Problem `token-invalid`. */
  authenticate(authorization: string | undefined): Promise<Person>;
  createAccount(by: Pseudonym, account: { user: Subject['user']; name: string; unit: string; password: string }): Promise<void>;
  /** The first administrator, against the one-time token. Problem `setup-closed`, `token-invalid`. */
  setUp(token: string, account: { user: Subject['user']; name: string; unit: string; password: string }): Promise<void>;
}
