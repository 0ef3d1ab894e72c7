// Ways to a video system's footage that do not lead through the gate: what a client's computer tries, and what to close.

export interface Words {
  zh: string;
  en: string;
}

/**
 * One way. Without a path a connection is tried; with one a GET. `counts`: any answer is a way in (`any`), or only one that is no refusal
 * (`found`: whatever but 4xx and 503), because something else may rightly listen there.
 */
export interface Door {
  what: Words;
  close: Words;
  ports: readonly number[];
  path: string | null;
  counts: 'any' | 'found';
}

/** All ways that one kind of system is known to have. `untried`: other doors of it, for people, which a connection from outside cannot try. */
export interface Doors {
  doors: readonly Door[];
  untried: readonly string[];
}
