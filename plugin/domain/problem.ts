// Every way to fail, in one table. The code is API: clients switch on it; a rename is a breaking change.
// docs/ref/problems.md has a paragraph per code; a house test keeps the two equal.

/** HTTP status (RFC 9110) and title (RFC 9457, "title") of each problem. */
export const problems = {
  // the caller
  'body-malformed': { status: 400, title: 'The body is not what this address takes' },
  'body-too-large': { status: 413, title: 'The body is larger than this address takes' },
  'path-ambiguous': { status: 400, title: 'The address can be read in more than one way' },
  'not-found': { status: 404, title: 'There is nothing at this address' },
  'method-unknown': { status: 405, title: 'This address does not take this method' },
  'too-many-requests': { status: 429, title: 'Too many requests in a short time' },
  'token-missing': { status: 401, title: 'No credentials were presented' },
  'token-invalid': { status: 401, title: 'The token is not valid, or no longer' },
  'login-failed': { status: 401, title: 'User name, password or second factor is wrong' },
  'credentials-ambiguous': { status: 400, title: 'Two kinds of credentials came at once' },
  'csrf-refused': { status: 403, title: 'The request does not prove that it comes from the gate’s own pages' },
  'invitation-invalid': { status: 403, title: 'The invitation is not valid, or no longer' },
  'invitation-unknown': { status: 404, title: 'No such invitation waits' },
  'second-administrator': { status: 403, title: 'Another administrator must confirm this' },
  'reinvitation-needed': { status: 403, title: 'What this account may do now wants a new invitation' },
  'account-unknown': { status: 404, title: 'There is no account of this name' },
  'session-unknown': { status: 404, title: 'There is no such session' },
  'oidc-refused': { status: 401, title: 'The sign-in at the identity provider does not count' },
  'oidc-unavailable': { status: 502, title: 'The identity provider does not answer as it should' },
  'roles-unconfirmed': { status: 403, title: 'The identity provider does not confirm a role' },
  'not-permitted': { status: 403, title: 'The policy does not allow this' },
  // the gate in front of a video system
  'route-unknown': { status: 403, title: 'The gate does not know this operation, so it does not pass' },
  'route-blocked': { status: 403, title: 'This operation does not pass the gate' },
  // the application
  'camera-unknown': { status: 422, title: 'No camera of this name is registered' },
  'site-unknown': { status: 422, title: 'No site of this name is registered' },
  'city-unknown': { status: 422, title: 'This city code is in no tier' },
  'sites-mixed': { status: 422, title: 'One application concerns one site' },
  'officer-unknown': { status: 422, title: 'No officer of this name may be named by account' },
  'span-invalid': { status: 422, title: 'The span of time is not possible' },
  'request-returned': { status: 422, title: 'The application is returned for correction' },
  'request-denied': { status: 403, title: 'The policy denies this application' },
  'request-unknown': { status: 404, title: 'There is no request of this number' },
  'number-mistyped': { status: 400, title: 'The number has a wrong character' },
  // scans and drafts
  'scan-refused': { status: 422, title: 'The scan is not one that the gate keeps' },
  'scan-unknown': { status: 404, title: 'There is no such scan that this person may see' },
  'scans-unused': { status: 409, title: 'Too many scans wait for an application' },
  'audit-unknown': { status: 404, title: 'There is no self-audit of this name' },
  'draft-unknown': { status: 404, title: 'There is no such draft of this person' },
  'draft-outdated': { status: 409, title: 'The draft was saved meanwhile' },
  'drafts-full': { status: 409, title: 'There is room for no more drafts' },
  'application-erased': { status: 410, title: 'The words of this application were erased' },
  // approval and execution
  'own-request': { status: 403, title: 'Nobody acts on their own request' },
  'already-voted': { status: 409, title: 'One person counts for one step' },
  'not-your-step': { status: 409, title: 'It is not this person’s turn' },
  'scope-wider': { status: 422, title: 'What is agreed to lies inside what was asked for' },
  'scope-same': { status: 422, title: 'Nothing is left out' },
  'call-back-missing': { status: 409, title: 'Nobody called the unit back yet' },
  'directory-unknown': { status: 422, title: 'The directory lists no such number' },
  'delegation-invalid': { status: 422, title: 'This delegation is not possible' },
  'paper-missing': { status: 409, title: 'No file leaves before the paper' },
  'not-inspected': { status: 409, title: 'This step looks at the footage before it agrees' },
  'areas-missing': { status: 409, title: 'Nobody drew yet what is to be masked' },
  'areas-invalid': { status: 422, title: 'The areas to be masked are not such as can be drawn' },
  'plan-changed': { status: 409, title: 'The plan is not the one that was shown' },
  'state-conflict': { status: 409, title: 'The request is not in a state that allows this' },
  'executor-barred': { status: 403, title: 'This person may not execute this request' },
  'receiver-barred': { status: 422, title: 'The originals cannot be released to this person' },
  'reason-missing': { status: 403, title: 'Nobody said yet why this footage is looked at' },
  'host-refused': { status: 421, title: 'This host name is not served here' },
  'view-refused': { status: 403, title: 'This person may not watch this footage now' },
  'footage-held': { status: 409, title: 'A hold stands: nothing is deleted' },
  'backup-failed': { status: 503, title: 'The backup could not be written' },
  'backup-broken': { status: 409, title: 'The backup is not what was written' },
  'retention-running': { status: 409, title: 'The time for which it is kept has not passed' },
  'clock-doubted': { status: 503, title: 'The gate’s clock is in doubt, so nothing is released' },
  'form-refused': { status: 409, title: 'The plan does not let it leave in this form' },
  'transfer-over': { status: 410, title: 'There is no such transfer, or none any more' },
  'range-unsatisfiable': { status: 416, title: 'None of these bytes are there' },
  'receipt-differs': { status: 422, title: 'What is held is not what was sealed' },
  'release-expired': { status: 410, title: 'The release has ended' },
  // review afterwards
  'reviewer-party': { status: 403, title: 'Who took part does not review it afterwards' },
  // footage
  'footage-missing': { status: 404, title: 'The video system holds nothing for this span' },
  'wrong-footage': { status: 502, title: 'The video system delivered other footage than was asked for' },
  'vms-unreachable': { status: 502, title: 'The video system did not answer' },
  'vms-refused': { status: 502, title: 'The video system refused the gate’s account' },
  'vms-fault': { status: 502, title: 'The video system answered with a fault' },
  'codec-unsupported': { status: 502, title: 'The footage is in a form the gate cannot keep' },
  'time-stamp-missing': { status: 502, title: 'The time-stamping authority gave no time stamp' },
  'seal-missing': { status: 502, title: 'The unit’s e-seal was not put on the papers' },
  'render-failed': { status: 500, title: 'The viewing copy could not be made' },
  'capacity-exceeded': { status: 503, title: 'Too many marked pictures are being made at once' },
  'ffmpeg-missing': { status: 500, title: 'No usable ffmpeg was found' },
  'disk-full': { status: 507, title: 'There is no room left for this footage' },
  'quota-exceeded': { status: 507, title: 'The quota for sealed footage is used up' },
  // notifications
  'letter-unknown': { status: 404, title: 'There is no dead letter of this number' },
  'channel-unknown': { status: 409, title: 'This channel is not configured any more' },
  // what the gate stands on
  'journal-unwritable': { status: 503, title: 'The journal cannot be written, so nothing is done' },
  'journal-locked': { status: 503, title: 'Another process holds the journal' },
  'checkpoint-uncosigned': { status: 503, title: 'Not enough witnesses have cosigned the journal' },
  'journal-corrupt': { status: 503, title: 'The journal is not whole' },
  'store-unavailable': { status: 503, title: 'The store does not answer, so nothing is done' },
  'object-corrupt': { status: 500, title: 'A sealed object is not what was sealed' },
  'policy-refused': { status: 422, title: 'The proposed policy files have faults' },
  'policy-unknown': { status: 404, title: 'There is no policy of this hash' },
  'entry-unknown': { status: 404, title: 'The journal has no such decision' },
  'policy-invalid': { status: 503, title: 'The policy files are not valid, so nothing is decided' },
  'config-invalid': { status: 500, title: 'The configuration is not valid' },
  'key-invalid': { status: 500, title: 'A key is missing or not usable' },
  'setup-closed': { status: 409, title: 'The gate is set up already' },
  internal: { status: 500, title: 'Something broke on our side' },
} as const satisfies Record<string, { status: number; title: string }>;

export type ProblemCode = keyof typeof problems;

/** One of several faults found at once: which one, where, and what would be right. */
export interface Fault {
  /** A code from a closed list: a return code of law.md, or a kebab-case word. */
  code: string;
  /** Which thing: a JSON path, a file with line and column, a camera. */
  where: string;
  /** For the reader: what is wrong and what would be right. */
  detail: string;
  /** What kind of fault it is, in Chinese. */
  zh?: string;
}

/** Members beside code and detail (RFC 9457 extension members). */
export interface ProblemExtra {
  faults?: readonly Fault[];
  /** Reasons of a denial, from the closed list in decision.ts. */
  reasons?: readonly string[];
  /** The request this problem is about, when one was recorded. */
  requestId?: string;
}

/**
 * A step that cannot do its work. Expected ends (denied, held, granted) are values, not Problems, until an edge answers.
 * `detail` is written for the caller and may be shown; `cause` is for the log and never leaves.
 */
export class Problem extends Error {
  readonly faults?: readonly Fault[];
  readonly reasons?: readonly string[];
  readonly requestId?: string;

  constructor(
    readonly code: ProblemCode,
    readonly detail: string,
    { cause, ...extra }: ProblemExtra & { cause?: unknown } = {},
  ) {
    super(`${code}: ${detail}`, cause === undefined ? undefined : { cause });
    this.name = 'Problem';
    Object.assign(this, extra);
  }

  get status(): number {
    return problems[this.code].status;
  }

  /** Strangers become `internal` and keep their cause, so that nothing internal leaves. */
  static from(thrown: unknown): Problem {
    if (thrown instanceof Problem) return thrown;
    return new Problem('internal', 'The step was not done. The operators’ log has the cause.', { cause: thrown });
  }
}
