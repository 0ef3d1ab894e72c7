// The policy in force, and how another one comes into force: saved → linted and rehearsed → recorded → agreed to by one administrator →
// put in force by a second one. What lies in the folder is a proposal and nothing else, before a restart and after it.
import type { Digest } from '../domain/artifact.js';
import type { Entry, Pseudonym } from '../domain/audit-event.js';
import { canonicalJson } from '../domain/formats/canonical-json.js';
import type { Log } from '../domain/log.js';
import { Problem, type Fault } from '../domain/problem.js';
import type { Person } from '../domain/subject.js';
import type { Journal } from '../journal/journal.js';
import { changedFiles } from '../policy/diff-texts.js';
import { told } from '../policy/faults.js';
import { readFolder, versionOf, type PolicyTexts } from '../policy/folder.js';
import { judgeTexts, type Policy } from '../policy/load.js';
import { makePace } from '../policy/pace.js';
import type { Objects } from '../store/objects.js';
import { readSealedJson, sealBytes } from './custody.js';
import { PolicyRecord } from './policy-record.js';
import type { Rehearsal } from './rehearse.js';
import { Turns } from './turns.js';

interface Parts {
  folder: string;
  journal: Journal;
  objects: Objects;
  log: Log;
  now: () => Date;
  /** What this installation cannot do under a policy: cameras that the configuration or an open request needs and that it lacks. */
  lacks(policy: Policy): Promise<readonly Fault[]>;
  /** May this person edit the policy at this moment: open account, and the act by the policy in force? */
  mayEdit(person: Pseudonym, inForce: Policy): Promise<boolean>;
  /** What the policy would have changed. */
  rehearse(policy: Policy, inForce: Policy): Promise<Rehearsal>;
  /** Decides held requests again. */
  redecide(policy: Policy): Promise<void>;
}

/** What lies in the folder and is not in force. */
export interface Candidate {
  /** Null where the files could not even be read. */
  version: string | null;
  seenAt: string;
  changed: readonly string[];
  faults: readonly Fault[];
  rehearsal: Rehearsal | null;
}

/** How many changed files an entry names. */
const MOST_NAMED = 20;

export class Policies {
  readonly record: PolicyRecord;
  readonly #parts: Parts;
  readonly #turns = new Turns(1);
  #inForce: Policy;
  #candidate: Candidate | null = null;

  private constructor(parts: Parts, record: PolicyRecord, inForce: Policy) {
    this.#parts = parts;
    this.record = record;
    this.#inForce = inForce;
  }

  /**
   * The policy that the journal says is in force; at the very first start, that of the folder.
   * Problems: `policy-invalid`, `object-corrupt`, `journal-unwritable`, `disk-full`.
   */
  static async open(parts: Parts): Promise<Policies> {
    const record = new PolicyRecord(parts.journal);
    if (record.inForce !== null) {
      const policy = await loadVersion(parts, record, record.inForce);
      return new Policies(parts, record, policy.policy ?? refuse(policy.faults));
    }
    const faults: Fault[] = [];
    const texts = await readFolder(parts.folder, faults);
    const judged = texts ? await judgeTexts(texts) : null;
    const policy = judged?.policy ?? refuse([...told(faults), ...(judged?.faults ?? [])]);
    const index = await seal(parts.objects, policy.texts);
    const data = { version: policy.version, why: 'installed', replaces: null, index } as const;
    record.learn(await parts.journal.append({ event: 'policy-activated', by: 'gate', data }));
    return new Policies(parts, record, policy);
  }

  /** In force now. Whoever does several things by it keeps the reference: it may be another one after the next wait. */
  get inForce(): Policy {
    return this.#inForce;
  }

  get candidate(): Candidate | null {
    return this.#candidate;
  }

  /** Looks at the folder: what differs is judged, rehearsed, sealed and recorded, and changes nothing. Problems as of `open`. */
  look(): Promise<Candidate | null> {
    return this.#turns.take(() => this.#look());
  }

  async #look(): Promise<Candidate | null> {
    const { folder, log } = this.#parts;
    const faults: Fault[] = [];
    const texts = await readFolder(folder, faults);
    const version = texts && (await versionOf(texts));
    if (version === this.#inForce.version) return (this.#candidate = null);
    const before = this.#candidate;
    // What had a fault is judged again: an open request that stood in its way may have ended.
    if (version !== null && version === before?.version && before.faults.length === 0) return before;
    const found = texts ? await this.#judge(texts, version!) : this.#aCandidate(null, [], told(faults), null);
    this.#candidate = found;
    const isNews = found.version !== before?.version || found.faults.length !== before.faults.length;
    if (!isNews) return found;
    if (found.faults.length > 0) {
      const outcome = `${found.faults.length} fault(s)`;
      log('warn', { event: 'policy-refused', version: version ?? undefined, outcome, reasons: inShort(found.faults) });
    } else log('warn', { event: 'policy-proposed', version: version!, outcome: 'waits for two administrators' });
    return found;
  }

  /** Does what lies in the folder wait for open requests to end? Then it is worth another look from time to time. */
  get waitsForRequests(): boolean {
    return this.#candidate?.faults.some(({ code }) => code === 'camera-in-use' || code === 'step-in-use') ?? false;
  }

  /**
   * A voice for a version: the first administrator's is recorded, the second one's puts it in force. Earlier versions may come back the
   * same way. Problems: `policy-unknown`, `policy-refused`, `already-voted`, `state-conflict`, `journal-unwritable`.
   */
  activate(person: Person, version: string): Promise<{ version: string; state: 'agreed' | 'in-force' }> {
    return this.#turns.take(async () => {
      const { journal, log } = this.#parts;
      if (version === this.#inForce.version) throw new Problem('state-conflict', `The policy ${version} is in force already.`);
      const next = await this.#judgedAgain(version);
      const by = person.pseudonym;
      const agreed = await this.agreed(version);
      if (agreed.includes(by))
        throw new Problem('already-voted', 'This administrator stands for this policy already; a second one puts it in force.');
      if (agreed.length === 0) {
        await this.#append(journal.append({ event: 'policy-agreed', by, data: { version } }));
        log('warn', { event: 'policy-agreed', version, outcome: 'waits for a second administrator' });
        return { version, state: 'agreed' };
      }
      const index = this.record.textsOf(version)!;
      const data = { version, why: 'agreed', replaces: this.#inForce.version, index } as const;
      await this.#append(journal.append({ event: 'policy-activated', by, data }));
      // Recorded first, then one reference: nobody ever sees half of it.
      this.#inForce = next;
      this.#candidate = null;
      log('warn', { event: 'policy-activated', version, outcome: 'in force' });
      await this.#parts.redecide(next);
      return { version, state: 'in-force' };
    });
  }

  /** Who stands for a version and still may: an account that was closed, or lost the act, has no voice any more. */
  async agreed(version: string): Promise<readonly Pseudonym[]> {
    const said = this.record.agreed(version);
    const may = await Promise.all(said.map((person) => this.#parts.mayEdit(person, this.#inForce)));
    return said.filter((_, at) => may[at]);
  }

  /** The policy of a version that was ever proposed or in force, with its faults under this version of the gate. Problem `policy-unknown`. */
  async ofVersion(version: string): Promise<{ policy: Policy | null; faults: readonly Fault[] }> {
    return version === this.#inForce.version ? { policy: this.#inForce, faults: [] } : loadVersion(this.#parts, this.record, version);
  }

  /** Problem `policy-unknown`. */
  textsOf(version: string): Promise<PolicyTexts> {
    return readTexts(this.#parts, this.record, version);
  }

  async #judge(texts: PolicyTexts, version: string): Promise<Candidate> {
    const { journal, objects, lacks, rehearse } = this.#parts;
    const changed = changedFiles(this.#inForce.texts, texts);
    const { policy, faults } = await judgeTexts(texts);
    const found = policy ? told(await lacks(policy)) : faults;
    if (!policy || found.length > 0) return this.#aCandidate(version, changed, found, null);
    const rehearsal = await rehearse(policy, this.#inForce);
    if (this.record.textsOf(version) === null) {
      const index = await seal(objects, texts);
      const data = { version, inForce: this.#inForce.version, files: changed.length, changed: changed.slice(0, MOST_NAMED), index };
      await this.#append(journal.append({ event: 'policy-proposed', by: 'gate', data }));
    }
    return this.#aCandidate(version, changed, [], rehearsal);
  }

  #aCandidate(version: string | null, changed: readonly string[], faults: readonly Fault[], rehearsal: Rehearsal | null): Candidate {
    return { version, seenAt: this.#parts.now().toISOString(), changed, faults, rehearsal };
  }

  /** What was judged when it was saved is judged again: requests came in meanwhile, and it may be an earlier version. */
  async #judgedAgain(version: string): Promise<Policy> {
    if (version === this.#candidate?.version && this.#candidate.faults.length > 0) {
      const again = await this.#look();
      if (again?.version === version && again.faults.length > 0) refuseProposal(again.faults);
    }
    const { policy, faults } = await this.ofVersion(version);
    const found = policy ? told(await this.#parts.lacks(policy)) : faults;
    return policy && found.length === 0 ? policy : refuseProposal(found);
  }

  async #append(entry: Promise<Entry>): Promise<void> {
    this.record.learn(await entry);
  }
}

/** The first few, short: the log is for noticing, `policy log` for reading. */
const inShort = (faults: readonly Fault[]): string[] => faults.slice(0, 5).map(({ where, code }) => `${where} ${code}`);

function refuse(faults: readonly Fault[]): never {
  throw new Problem('policy-invalid', `The policy files have ${faults.length} fault(s); none of them was put in force.`, { faults });
}

function refuseProposal(faults: readonly Fault[]): never {
  throw new Problem('policy-refused', `The proposed policy has ${faults.length} fault(s); the one in force stands.`, { faults });
}

/** Canonical JSON, file by file: megabytes of text at once would keep everybody waiting. */
async function seal(objects: Objects, texts: PolicyTexts): Promise<Digest & { object: string }> {
  const pace = makePace();
  const pieces: Buffer[] = [];
  for (const name of Object.keys(texts).sort()) {
    await pace.rest();
    pieces.push(Buffer.from(`${pieces.length === 0 ? '{' : ','}${canonicalJson(name)}:${canonicalJson(texts[name]!)}`));
  }
  return sealBytes(objects, Buffer.concat([...pieces, Buffer.from('}')]));
}

async function readTexts({ objects }: Parts, record: PolicyRecord, version: string): Promise<PolicyTexts> {
  const sealed = record.textsOf(version);
  if (!sealed) throw new Problem('policy-unknown', `No policy ${version.slice(0, 80)} was ever proposed here; \`policy log\` lists them.`);
  return readSealedJson<PolicyTexts>(objects, sealed);
}

async function loadVersion(
  parts: Parts,
  record: PolicyRecord,
  version: string,
): Promise<{ policy: Policy | null; faults: readonly Fault[] }> {
  const judged = await judgeTexts(await readTexts(parts, record, version));
  // Threat: another object under the name that the entry gives.
  if (judged.policy && judged.policy.version !== version)
    throw new Problem('object-corrupt', `The sealed texts of the policy ${version} are those of another one.`);
  return judged;
}
