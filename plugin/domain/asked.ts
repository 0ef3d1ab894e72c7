// A web client's request, read once, in the way in which the system behind the gate reads it. Whatever goes on is built from this.

export const askedMethods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;
export type AskedMethod = (typeof askedMethods)[number];

/** Name and value after decoding once. The name of a list ends in `[]`; a member of a structure is named `x[key]`, as PHP spells it. */
export type Param = readonly [name: string, value: string];

export interface Asked {
  method: AskedMethod;
  /** Behind the base path, decoded once, without empty, `.` or `..` segments; begins with `/`. */
  path: string;
  query: readonly Param[];
  /** Of a form; empty without one. */
  form: readonly Param[];
  /** Of a JSON body; undefined without one. */
  json: unknown;
  /** Query and form together as the system reads them: no name twice but lists, which are kept by their name with `[]`. */
  params: ReadonlyMap<string, string>;
  lists: ReadonlyMap<string, readonly string[]>;
  /** A WebSocket is asked for. */
  upgrade: boolean;
}
