// What an operation of the REST API is. The same list is mounted by app.ts and described by openapi.ts, so the two cannot differ.
import type { Request, Response } from 'express';
import type { z } from 'zod';
import type { Person } from '../domain/subject.js';

export interface Call<B> {
  /** Who is signed in; on operations that are open to all, nobody. */
  subject: Person;
  params: Record<string, string>;
  query: URLSearchParams;
  body: B;
  request: Request;
  response: Response;
}

/** What an operation answers: a document, or null when it wrote to the response by itself (a stream). */
export type Answer<B = unknown> = { status: number; body: B } | null;

export interface Operation<P, S extends z.ZodType = z.ZodType, A extends z.ZodType = z.ZodType> {
  method: 'get' | 'post';
  /** `/api/v1/requests/{id}`. */
  path: string;
  summary: string;
  /** Open operations need no token; `public-log`: where the configuration makes the log public. */
  open?: boolean | 'public-log';
  /** The last parameter of the path takes the rest of the address, slashes and all. */
  takesRest?: boolean;
  /** GET is answered to HEAD too: asking does nothing. */
  takesHead?: boolean;
  /** Guessing at this is slowed down by address. */
  guarded?: boolean;
  /** Names of what may stand behind the `?`. */
  query?: readonly string[];
  body?: S;
  /** Where a body is larger than most. Who sends one has signed in before it is read. */
  bodyLimit?: string;
  /** Media types of a body that is no JSON: the operation reads it from `request` by itself, within its own limit, after the sign-in. */
  takes?: readonly string[];
  /** May this person send one at all? Asked before it is read: to read it is work. Problem `not-permitted`. */
  before?(parts: P, subject: Person): void;
  /** Media type of the answer where it is not JSON. */
  answers?: string;
  /** What is promised of the answer: described, and what `run` gives must fit it to compile. An answer may say more. */
  answer?: A;
  run(parts: P, call: Call<z.infer<S>>): Promise<Answer<z.input<A>>>;
}

/** Keeps the types of body and answer inside one operation and out of the list. */
export const operation = <P, S extends z.ZodType, A extends z.ZodType = z.ZodType>(it: Operation<P, S, A>): Operation<P> =>
  it as unknown as Operation<P>;
