// Every operation of the API, in one list.
import type { Operation } from '../operation.js';
import { aboutOperations } from './about.js';
import { explainOperations } from './explain.js';
import { journalOperations } from './journal.js';
import { noticeOperations } from './notices.js';
import type { ApiParts } from './parts.js';
import { peopleOperations } from './people.js';
import { policyOperations } from './policy.js';
import { requestOperations } from './requests.js';

export const operations: readonly Operation<ApiParts>[] = [
  ...aboutOperations,
  ...peopleOperations,
  ...requestOperations,
  ...explainOperations,
  ...policyOperations,
  ...journalOperations,
  ...noticeOperations,
];
