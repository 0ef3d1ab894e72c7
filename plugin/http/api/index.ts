// Every operation of the API, in one list.
import type { Operation } from '../operation.js';
import { aboutOperations } from './about.js';
import { draftOperations } from './drafts.js';
import { explainOperations } from './explain.js';
import { journalOperations } from './journal.js';
import type { ApiParts } from './parts.js';
import { peopleOperations } from './people.js';
import { policyOperations } from './policy.js';
import { requestOperations } from './requests.js';
import { scanOperations } from './scans.js';

export const operations: readonly Operation<ApiParts>[] = [
  ...aboutOperations,
  ...peopleOperations,
  ...requestOperations,
  ...scanOperations,
  ...draftOperations,
  ...explainOperations,
  ...policyOperations,
  ...journalOperations,
];
