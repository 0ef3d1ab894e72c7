// What kind of matter a basis and a purpose make: every basis, with each purpose, and which of them are asked for in a hurry or told to nobody.
import assert from 'node:assert/strict';
import { bases, type Basis } from '../../plugin/domain/basis.js';
import { isConfidential, isHurried, kindOf, kinds, purposes, type Kind } from '../../plugin/domain/kind.js';

const table: Record<Basis, readonly [evidence: Kind, publication: Kind]> = {
  CRIMINAL_CASE: ['ordinary', 'publication'],
  PRE_FILING: ['ordinary', 'publication'],
  ADMIN_CASE: ['ordinary', 'publication'],
  ADMIN_URGENT: ['urgent', 'publication'],
  EMERGENCY_RESCUE: ['emergency', 'publication'],
  PROCURATORATE: ['ordinary', 'publication'],
  COURT: ['ordinary', 'publication'],
  SUPERVISION: ['ordinary', 'publication'],
  STATE_SECURITY: ['ordinary', 'publication'],
  COUNTER_TERROR: ['ordinary', 'publication'],
  OTHER_ADMIN_ORGAN: ['ordinary', 'publication'],
  COUNSEL: ['ordinary', 'publication'],
  CIVIL: ['ordinary', 'publication'],
  INSURANCE: ['ordinary', 'publication'],
  // What may only be seen is not published, and a foreign body is foreign whatever it wants the footage for.
  CITIZEN_VIEW: ['citizen-view', 'citizen-view'],
  INTERNAL_SECURITY: ['internal', 'internal'],
  FOREIGN: ['foreign', 'foreign'],
};

describe('kinds of matters', () => {
  for (const basis of bases) {
    const [evidence, publication] = table[basis];
    it(`${basis}: ${evidence}; for a publication ${publication}`, () => {
      assert.deepEqual([kindOf({ basis }), kindOf({ basis, purpose: undefined }), kindOf({ basis, purpose: 'evidence' })], [evidence, evidence, evidence]);
      assert.equal(kindOf({ basis, purpose: 'publication' }), publication);
    });
  }

  it('each kind is that of some basis and purpose', () => {
    const found = new Set(bases.flatMap((basis) => purposes.map((purpose) => kindOf({ basis, purpose }))));
    assert.deepEqual([...found].sort(), [...kinds].sort());
  });

  it('asked for in a hurry are the urgent case and the rescue alone', () => assert.deepEqual(bases.filter(isHurried), ['ADMIN_URGENT', 'EMERGENCY_RESCUE']));

  it('lists and counts say nothing of state security and supervision alone', () => assert.deepEqual(new Set(bases.filter(isConfidential)), new Set(['STATE_SECURITY', 'SUPERVISION'])));
});
