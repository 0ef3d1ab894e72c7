// What every paper of this gate bears: its code and its key's fingerprint, where packages are checked, the law, the font, the unit's e-seal.
import fs from 'node:fs';
import type { ApartPart } from '../domain/package-part.js';
import { gateCode } from '../domain/paper-number.js';
import type { Making } from '../documents/paper.js';
import { findFont } from '../media/font.js';
import type { Policy } from '../policy/load.js';
import { makePace } from '../policy/pace.js';

export interface PaperDesk {
  /** The log's own name. */
  origin: string;
  /** Of the key that signs packages, as `keyIdOf` makes it. */
  keyId: string;
  /** By which packages are signed, as people call it. */
  algorithm: string;
  /** Is an authority of time stamps configured? */
  isStamped: boolean;
  /** Where packages are checked; null where the configuration names no address of the gate. */
  verifyUrl: string | null;
  seal: Making['seal'];
}

/** `floor`: ids of law.json's floor on which this kind of paper stands. */
export async function makingOf({ origin, keyId, verifyUrl, seal }: PaperDesk, { law }: Policy, madeAt: Date, floor: readonly string[], part?: ApartPart): Promise<Making> {
  const pace = makePace();
  return {
    ...{ keyId, verifyUrl, seal, madeAt },
    gate: gateCode(origin),
    series: part === 'originals' ? 'originals' : 'package',
    upTo: 0,
    law: [
      ...law.floor.filter(({ id }) => floor.includes(id)).map(({ id, zh, source }) => `${id} ${zh}(${source})`),
      `${law.caution.zh}${law.disclaimer.zh}法规截至 ${law.asOf}。本件由调取网关根据记录自动生成。`,
    ],
    font: await fs.promises.readFile(findFont()),
    rest: async () => void (pace.isDue() && (await pace.rest())),
  };
}
