// What every paper of a package says first: the case, the instrument, who asked, whose footage it is.
import type { HandOver } from './hand-over.js';
import { inBeijing, type Block } from './paper.js';

export const none = '无';

export const caseFields = ({ requestId, packageId, caseNumber, reason, basis, instrument, requestingUnit, officers, custodian }: HandOver): Block => ({
  kind: 'fields',
  rows: [
    ['申请编号', requestId],
    ['材料包标识', packageId],
    ['案件编号', caseNumber ?? none],
    ['事由', reason],
    ['法律依据', basis],
    ['调证法律文书', instrument ? `${instrument.type} ${instrument.number}` : none],
    ...(instrument
      ? ([
          ['文书出具', `${instrument.issuer},${instrument.issuedOn}${instrument.provideBy ? `;提供时限 ${inBeijing(instrument.provideBy)}` : ''}`],
          ['文书扫描件 SHA-256', instrument.scanSha256],
        ] as const)
      : []),
    ['调取单位', requestingUnit],
    ['办案人员', officers.map(({ name, unit, idKind, idNumber }) => `${name}(${unit},${idKind} ${idNumber})`).join('\n') || none],
    ['证据持有(提供)单位', custodian],
  ],
});

/** Who signs for those who asked: each officer, and no fewer than two places, because two collect evidence. */
export const officerSlots = ({ officers }: HandOver): string[] =>
  Array.from({ length: Math.max(2, officers.length) }, (_, at) => `办案人员:${officers[at]?.name ?? ''}`);
