// What the operations of the API are given.
import type { Pseudonym } from '../../domain/audit-event.js';
import type { Person, Subject } from '../../domain/subject.js';
import type { Journal } from '../../journal/journal.js';
import type { Tools } from '../../media/find-ffmpeg.js';
import type { Objects } from '../../store/objects.js';
import type { Policy } from '../../policy/load.js';
import type { Policies } from '../../export/policies.js';
import type { Store } from '../../store/store.js';
import type { Requests } from '../../export/requests.js';
import type { Screens } from '../../export/screens.js';
import type { ProgressHub } from '../progress-hub.js';

export interface ApiParts {
  journal: Journal;
  objects: Objects;
  /** The one in force; another one may be at the next asking. */
  policy: Policy;
  policies: Policies;
  requests: Requests;
  store: Store;
  progress: ProgressHub;
  tools: Tools;
  /** Who watches sealed footage now. */
  screens: Screens;
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
