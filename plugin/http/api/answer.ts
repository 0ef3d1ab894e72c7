// What a move of a request answers.
import type { RequestState } from '../../domain/lifecycle.js';
import type { Person } from '../../domain/subject.js';
import { mayRead } from '../../export/may-read.js';
import { viewOf } from '../view.js';
import type { ApiParts } from './parts.js';

/** Where the request stands, and all of it for who may read it: to act on one (a hold, a broken glass) is not yet to read it. */
export const answerOf = async (parts: ApiParts, person: Person, state: RequestState) =>
  (await mayRead(parts, state, person)) ? viewOf(state, parts) : { requestId: state.requestId, state: state.state };
