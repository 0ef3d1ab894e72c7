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

/** `untried`: doors that no connection from outside can try, with the recorder that has them. */
export interface Around {
  ways: readonly Way[];
  untried: readonly { recorder: string; what: string }[];
}

/** Problem `config-invalid`. */
export type WaysAround = (config: string) => Promise<Around>;
