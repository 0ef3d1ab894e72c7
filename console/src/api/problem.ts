// What goes wrong when the gate is asked: its problem documents (RFC 9457), and the ways in which no answer comes at all.
import type { ProblemCode } from './schema.js';

/** The gate's codes, and three of this page's own. */
export type Code = ProblemCode | 'unreachable' | 'timed-out' | 'answer-malformed';

export interface Fault {
  code: string;
  where: string;
  detail: string;
}

interface Said {
  status?: number;
  detail?: string;
  /** Names this occurrence in the operators' log. */
  instance?: string | undefined;
  requestId?: string | undefined;
  reasons?: readonly string[] | undefined;
  faults?: readonly Fault[] | undefined;
}

export class Problem extends Error {
  readonly status: number;
  readonly detail: string;
  readonly instance: string | undefined;
  readonly requestId: string | undefined;
  readonly reasons: readonly string[];
  readonly faults: readonly Fault[];

  constructor(
    readonly code: Code,
    { status = 0, detail = '', instance, requestId, reasons = [], faults = [] }: Said = {},
  ) {
    super(`${code}: ${detail}`);
    this.name = 'Problem';
    this.status = status;
    this.detail = detail;
    this.instance = instance;
    this.requestId = requestId;
    this.reasons = reasons;
    this.faults = faults;
  }

  /** The session is over: signing in again helps, and nothing was done. */
  get isSessionEnd(): boolean {
    return this.code === 'token-missing' || this.code === 'token-invalid' || this.code === 'csrf-refused';
  }

  /** This person may not, or may not know: trying again does not help. */
  get isForbidden(): boolean {
    return this.status === 403 || this.status === 404;
  }

  static from(thrown: unknown): Problem {
    return thrown instanceof Problem ? thrown : new Problem('answer-malformed', { detail: thrown instanceof Error ? thrown.message : String(thrown) });
  }
}

/** Whoever left the page, or asked anew, waits for no answer. */
export const isLeft = (thrown: unknown): boolean => thrown instanceof DOMException && thrown.name === 'AbortError';
