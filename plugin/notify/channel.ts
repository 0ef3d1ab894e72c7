// What both ways out have in common: a name, what it is told, and one letter at a time within limits.
import type { Network } from '../domain/network.js';
import type { NoticeKind } from '../domain/notice.js';
import type { Letter } from './letter.js';
import type { Resolve } from './resolve-host.js';

export interface Channel {
  name: string;
  kinds: readonly NoticeKind[];
  /** Milliseconds between two letters at least. */
  gapMs: number;
  /** Throws a `SendFailure` where the letter was not taken. `stop`: the gate closes. */
  send(letter: Letter, stop: AbortSignal): Promise<void>;
}

/** What a channel is given beside its own configuration. */
export interface Outside {
  resolve: Resolve;
  now: () => Date;
  /** For resolving, connecting, sending and the whole answer, milliseconds. */
  timeoutMs: number;
}

export interface Place {
  networks: readonly Network[] | null;
  /** An authority of one's own, PEM; null: those that Node trusts. */
  ca: string | null;
}

/** What Node says of a connection that did not come about → the class of the reason. */
export const isCertificateFault = (code: unknown): boolean =>
  typeof code === 'string' && /CERT|SELF_SIGNED|ISSUER|VERIFY|ALTNAME|INVALID_CA|INVALID_PURPOSE/.test(code);
