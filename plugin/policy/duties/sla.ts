// `sla:2h/24h`: from the application to the first voice, and to the release. A missed time escalates; it closes and grants nothing (F9).
import { readHours, type DutyCraft } from './reading.js';

export const sla: DutyCraft<'sla'> = {
  read(text) {
    const [verify, total, ...more] = text.split('/').map(readHours);
    if (verify == null || total == null || more.length > 0 || verify > total)
      return { wanted: 'sla:VERIFYh/TOTALh, such as sla:2h/24h, the first not above the second' };
    return { kind: 'sla', verifyHours: verify, totalHours: total };
  },
  write: ({ verifyHours, totalHours }) => `${verifyHours}h/${totalHours}h`,
  stricter: (a, b) => ({
    kind: 'sla',
    verifyHours: Math.min(a.verifyHours, b.verifyHours),
    totalHours: Math.min(a.totalHours, b.totalHours),
  }),
  apply: (draft, { verifyHours, totalHours }) => ({ ...draft, sla: { verifyHours, totalHours } }),
  of: ({ sla: times }) => (times ? { kind: 'sla', ...times } : null),
};
