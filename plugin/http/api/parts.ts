// What the operations of the API are given.
import type { Log } from '../../domain/log.js';
import type { Source, Vms } from '../../domain/vms.js';
import type { Card } from '../../domain/account.js';
import type { Person, UserId } from '../../domain/subject.js';
import type { PeopleParts } from '../../export/people.js';
import type { Presented } from '../../export/sessions.js';
import type { Oidc } from '../../identity/oidc.js';
import type { Journal } from '../../journal/journal.js';
import type { Tools } from '../../media/find-ffmpeg.js';
import type { Objects } from '../../store/objects.js';
import type { Policy } from '../../policy/load.js';
import type { Audits } from '../../export/audits.js';
import type { ClockWatch } from '../../export/clock-watch.js';
import type { Delegations } from '../../export/delegations.js';
import type { MonthIndex } from '../../export/month-index.js';
import type { PaperDesk } from '../../export/paper-making.js';
import type { Policies } from '../../export/policies.js';
import type { Store } from '../../store/store.js';
import type { Requests } from '../../export/requests.js';
import type { ReadRecord } from '../../export/read-record.js';
import type { Speeds } from '../../export/speeds.js';
import type { Transfers } from '../../export/transfers.js';
import type { ScanTurns } from '../../export/scan-turns.js';
import type { Screens } from '../../export/screens.js';
import type { LookParts } from '../look.js';
import type { ProgressHub } from '../progress-hub.js';

export interface ApiParts {
  /** What every paper of this gate bears. */
  papers: PaperDesk;
  journal: Journal;
  objects: Objects;
  /** The one in force; another one may be at the next asking. */
  policy: Policy;
  policies: Policies;
  requests: Requests;
  /** Destroys keys of requests. */
  shred(keys: readonly string[]): Promise<void>;
  store: Store;
  log: Log;
  delegations: Delegations;
  clock: ClockWatch;
  audits: Audits;
  reads: ReadRecord;
  months: MonthIndex;
  speeds: Speeds;
  /** The video system that records a camera, and where in it. */
  vmsOf(camera: string): { vms: Vms; source: Source };
  /** What the configuration says that a recorder records. */
  camerasOf(recorder: string): readonly { camera: string; recording: string | null }[];
  progress: ProgressHub;
  tools: Tools;
  /** Who watches sealed footage now. */
  screens: Screens;
  workFolder: string;
  now: () => Date;
  newId: () => string;
  scanTurns: ScanTurns;
  /** Downloads that go on. */
  transfers: Transfers;
  /** Bytes of disk that are left alone. */
  reserveBytes: number;
  /** SPKI PEM of the manifest key: what `verify --key` takes. */
  gatePublicKey: string;
  version: string;
  /** May everybody have hashes and proofs of the journal? */
  logIsPublic: boolean;
  /** Is this camera's recorder one that the gate pulls from? */
  isConnected(camera: string): boolean;
  /** In the numbers on papers. */
  gateCode: string;
  /** A request moved: machines may have work. */
  wake(requestId: string): void;
  /** Problems: `token-missing`, `token-invalid`, `csrf-refused`, `reinvitation-needed`. */
  authenticate(presented: Presented): Promise<Person>;
  people: PeopleParts;
  /** Null where the configuration names no identity provider. */
  oidc: Oidc | null;
  /** The address that people use. */
  readonly url: string;
  /** The card that was seen before this person was invited; null without one. */
  cardOf(user: UserId): Promise<Card | null>;
  /** Reasons for looking at footage on a video system's own pages. */
  look: LookParts;
  /** Names of the channels that are configured for notices. */
  channels: readonly string[];
  /** Letters wait: the channels may look. */
  wakeDelivery(): void;
}
