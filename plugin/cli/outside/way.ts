// What a script tries on a client's computer: ways past the gate, each at one address.
import type { Words } from '../../domain/door.js';

export interface Way {
  recorder: string;
  /** Null: the address that is said when the script is run, because the configuration names this machine only. */
  host: string | null;
  port: number;
  tls: boolean;
  /** Null: a connection is tried, else a GET. */
  path: string | null;
  what: Words;
  close: Words;
}

/** A listener of the gate's own, which has to answer: where none does, nothing that is closed says anything. `host` as of a way. */
export type OwnListener = Pick<Way, 'host' | 'port' | 'tls'>;

/** `untried`: doors that no connection from outside can try, with the recorder that has them. */
export interface Around {
  ways: readonly Way[];
  gates: readonly OwnListener[];
  untried: readonly { recorder: string; what: string }[];
}

/** Problem `config-invalid`. */
export type WaysAround = (config: string) => Promise<Around>;
