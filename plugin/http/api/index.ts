// Every operation of the API, in one list.
import type { Operation } from '../operation.js';
import { aboutOperations } from './about.js';
import { explainOperations } from './explain.js';
import { inspectOperations } from './inspect.js';
import { journalOperations } from './journal.js';
import type { ApiParts } from './parts.js';
import { peopleOperations } from './people.js';
import { policyOperations } from './policy.js';
import { requestOperations } from './requests.js';

export const operations: readonly Operation<ApiParts>[] = [
  ...aboutOperations,
  ...peopleOperations,
  ...requestOperations,
  ...inspectOperations,
  ...explainOperations,
  ...policyOperations,
  ...journalOperations,
];
