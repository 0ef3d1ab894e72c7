// Self-audits in their time: one at once, each report signed, put on disk and entered in the journal, and who looks after the gate is told.
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import type { Pseudonym } from '../domain/audit-event.js';
import { canonicalJson } from '../domain/formats/canonical-json.js';
import type { Log } from '../domain/log.js';
import { Problem } from '../domain/problem.js';
import type { AuditReport } from '../domain/self-audit.js';
import { diskProblem, syncFolder } from '../store/disk.js';
import { selfAudit, type SelfAuditParts } from './self-audit.js';

interface Parts extends SelfAuditParts {
  /** Made (0700) where it is not there. */
  folder: string;
  everyMs: number;
  /** Text of the DSSE envelope over a report. */
  sign(report: Buffer): string;
  log: Log;
}

export interface AuditSummary {
  /** Instant at which it began, as in the file’s name. */
  id: string;
  by: Pseudonym;
  finishedAt: string;
  /** Index of its entry. */
  entry: number;
  /** Of the signed report, hex. */
  sha256: string;
  findings: number;
}

const STEP = 1000;
const idPattern = /^\d{4}-\d{2}-\d{2}T\d{6}\.\d{3}Z$/;
/** Colons are no characters of a file’s name everywhere. */
const idOf = (startedAt: string): string => startedAt.replaceAll(':', '');
/** A thousand findings have not a quarter of that. */
const largestReport = 4 * 1024 * 1024;

export class Audits {
  readonly #summaries: AuditSummary[] = [];
  readonly #stop = new AbortController();
  #running: { by: Pseudonym; over: Promise<void> } | null = null;
  /** When one was begun last, whatever became of it: one that fails is not begun again at each look. */
  #begunAt = 0;

  constructor(private readonly parts: Parts) {
    const { journal } = parts;
    for (let at = 0; at < journal.size; at += STEP)
      for (const { event, by, data, ...entry } of journal.read(at, STEP))
        if (event === 'self-audited') this.#summaries.push({ id: idOf(data.startedAt), by, finishedAt: entry.at, entry: entry.index, sha256: data.report, findings: data.findings });
  }

  /** Newest first. */
  list(): readonly AuditSummary[] {
    return [...this.#summaries].reverse();
  }

  get isRunning(): boolean {
    return this.#running !== null;
  }

  /** Begins one where its time has come, counted from the last one or from the journal's beginning; does not wait for it. */
  look(): void {
    const last = this.#summaries.at(-1)?.finishedAt ?? this.parts.journal.read(0, 1)[0]!.at;
    const since = Math.max(Date.parse(last), this.#begunAt);
    if (this.#running === null && this.parts.now().getTime() - since >= this.parts.everyMs) void this.begin('gate');
  }

  /** Begins one now; resolves when it is over. What fails is in the operators’ log. Problem `state-conflict`: one is under way. */
  begin(by: Pseudonym): Promise<void> {
    if (this.#running !== null) throw new Problem('state-conflict', 'A self-audit is under way already; its report follows.');
    this.#begunAt = this.parts.now().getTime();
    const over = this.#run(by)
      .catch((cause: unknown) => {
        if (!this.#stop.signal.aborted) this.parts.log('error', { event: 'self-audit-failed', cause });
      })
      .finally(() => (this.#running = null));
    this.#running = { by, over };
    return over;
  }

  /** Text of the DSSE envelope. Problems `audit-unknown`; `object-corrupt`: it is not what the journal’s digest says. */
  async read(id: string): Promise<{ summary: AuditSummary; report: AuditReport; envelope: string }> {
    const summary = this.#summaries.find((it) => it.id === id);
    if (!summary || !idPattern.test(id)) throw new Problem('audit-unknown', 'There is no self-audit of that name; the list names them.');
    const envelope = await fs.promises.readFile(this.#fileOf(id), 'utf8').catch(() => '');
    const body = envelope.length > largestReport ? null : bodyOf(envelope);
    if (body === null || sha256Of(body) !== summary.sha256) throw new Problem('object-corrupt', `The report ${id} is missing, or not what the journal’s entry ${summary.entry} says.`);
    return { summary, report: JSON.parse(body.toString('utf8')) as AuditReport, envelope };
  }

  /** What is under way ends without a report. */
  async close(): Promise<void> {
    this.#stop.abort(new Problem('state-conflict', 'The gate stops.'));
    await this.#running?.over;
  }

  async #run(by: Pseudonym): Promise<void> {
    const { parts } = this;
    const report = await selfAudit(parts, await this.#lastFootage(), this.#stop.signal);
    const body = Buffer.from(canonicalJson(report));
    const id = idOf(report.startedAt);
    // The report first: what the entry names is on disk.
    await this.#keep(id, parts.sign(body));
    const data = { report: sha256Of(body), startedAt: report.startedAt, findings: report.findings.length + report.more };
    const entry = await parts.journal.append({ event: 'self-audited', by, data });
    this.#summaries.push({ id, by, finishedAt: entry.at, entry: entry.index, sha256: data.report, findings: data.findings });
    parts.log(data.findings > 0 ? 'error' : 'info', { event: 'self-audited', outcome: `${data.findings} findings`, reasons: [...new Set(report.findings.map(({ code }) => code))] });
  }

  /** What the newest report that can be read was told. */
  async #lastFootage(): Promise<AuditReport['firstFootage']> {
    for (const { id } of this.list()) {
      const found = await this.read(id).catch(() => null);
      if (found) return found.report.firstFootage;
    }
    return {};
  }

  #fileOf(id: string): string {
    return path.join(this.parts.folder, `${id}.dsse.json`);
  }

  async #keep(id: string, envelope: string): Promise<void> {
    const { folder } = this.parts;
    const part = `${this.#fileOf(id)}.part`;
    try {
      await fs.promises.mkdir(folder, { recursive: true, mode: 0o700 });
      const handle = await fs.promises.open(part, 'w', 0o600);
      try {
        await handle.writeFile(envelope);
        await handle.sync();
      } finally {
        await handle.close();
      }
      await fs.promises.rename(part, this.#fileOf(id));
      await syncFolder(folder);
    } catch (thrown) {
      throw diskProblem(thrown);
    }
  }
}

const sha256Of = (body: Buffer): string => createHash('sha256').update(body).digest('hex');

/** Of an envelope; null where it is none. Whose signature it bears is for others to check, with a key from elsewhere. */
function bodyOf(envelope: string): Buffer | null {
  try {
    const { payload } = JSON.parse(envelope) as { payload?: unknown };
    return typeof payload === 'string' ? Buffer.from(payload, 'base64') : null;
  } catch {
    return null;
  }
}
