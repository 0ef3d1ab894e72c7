// Every operation of the API, in one list.
import type { Operation } from '../operation.js';
import { aboutOperations } from './about.js';
import { delegationOperations } from './delegations.js';
import { explainOperations } from './explain.js';
import { journalOperations } from './journal.js';
import { matterOperations } from './matters.js';
import type { ApiParts } from './parts.js';
import { peopleOperations } from './people.js';
import { policyOperations } from './policy.js';
import { precheckOperations } from './precheck.js';
import { registerOperations } from './register.js';
import { requestOperations } from './requests.js';

export const operations: readonly Operation<ApiParts>[] = [
  ...aboutOperations,
  ...peopleOperations,
  ...requestOperations,
  ...matterOperations,
  ...precheckOperations,
  ...delegationOperations,
  ...explainOperations,
  ...policyOperations,
  ...journalOperations,
  ...registerOperations,
];
