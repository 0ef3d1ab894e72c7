// Ways to a video system's footage that do not lead through the gate: what a client's computer tries, and what to close.

export interface Words {
  zh: string;
  en: string;
}

/**
 * One way. Without a path a connection is tried; with one a GET, and what counts as a way in is 2xx, or 500: then a program ran and failed.
 * `through`: where the gate itself listens nothing may be found there either.
 */
export interface Door {
  what: Words;
  close: Words;
  ports: readonly number[];
  path: string | null;
  through: boolean;
}

/** All ways that one kind of system is known to have. `untried`: other doors of it, for people, which a connection from outside cannot try. */
export interface Doors {
  doors: readonly Door[];
  untried: readonly string[];
}
