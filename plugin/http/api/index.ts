// Every operation of the API, in one list.
import type { Operation } from '../operation.js';
import { aboutOperations } from './about.js';
import { delegationOperations } from './delegations.js';
import { deliveryOperations } from './deliveries.js';
import { draftOperations } from './drafts.js';
import { explainOperations } from './explain.js';
import { inspectOperations } from './inspect.js';
import { journalOperations } from './journal.js';
import { matterOperations } from './matters.js';
import { accountOperations } from './accounts.js';
import { areaOperations } from './areas.js';
import { auditOperations } from './audits.js';
import { oidcOperations } from './oidc.js';
import { noticeOperations } from './notices.js';
import type { ApiParts } from './parts.js';
import { policyOperations } from './policy.js';
import { precheckOperations } from './precheck.js';
import { proofOperations } from './proofs.js';
import { registerOperations } from './register.js';
import { requestOperations } from './requests.js';
import { tlogOperations } from './tlog.js';
import { sessionOperations } from './session.js';
import { scanOperations } from './scans.js';
import { wordOperations } from './words.js';

export const operations: readonly Operation<ApiParts>[] = [
  ...aboutOperations,
  ...sessionOperations,
  ...oidcOperations,
  ...accountOperations,
  ...requestOperations,
  ...deliveryOperations,
  ...matterOperations,
  ...precheckOperations,
  ...delegationOperations,
  ...scanOperations,
  ...draftOperations,
  ...inspectOperations,
  ...areaOperations,
  ...explainOperations,
  ...policyOperations,
  ...journalOperations,
  ...auditOperations,
  ...tlogOperations,
  ...noticeOperations,
  ...registerOperations,
  ...proofOperations,
  ...wordOperations,
];
