// In how many packages a request is handed over: one; or, where the original leaves apart (`original:apart`, `original:court`), the copies in one and the
// originals in another, each whole by itself.
import type { Plan } from './plan.js';
import type { RoleName } from './subject.js';

export const apartParts = ['copies', 'originals'] as const;
export type ApartPart = (typeof apartParts)[number];

/** Which package of a request: each has its own list, passphrase, transfers and hand-overs. */
export const packageParts = ['whole', ...apartParts] as const;
export type PackagePart = (typeof packageParts)[number];

/** As a receiver keeps it. */
export const packageName = (requestId: string, part: PackagePart): string => `${part === 'whole' ? requestId : `${requestId}-${part}`}.zip`;

/** Do the originals leave in a package of their own? Where copies alone leave, or nothing, no original does. */
export const leavesApart = ({ deliver, original }: Pick<Plan, 'deliver' | 'original'>): boolean => deliver === 'package' && original !== 'with';

/** Who holds one of them at the site receives for a court or a procuratorate (`original:court`). No policy row needs to know them. */
export const judicialRoles: readonly RoleName[] = ['role:court', 'role:procuratorate'];
