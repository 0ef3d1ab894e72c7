// `span:4h/24h`: above the soft limit a reason, above the hard limit one more voice. Never a refusal (F9).
import { readHours, type DutyCraft } from './reading.js';

export const span: DutyCraft<'span'> = {
  read(text) {
    const [soft, hard, ...more] = text.split('/').map(readHours);
    if (soft == null || hard == null || more.length > 0 || soft > hard)
      return { wanted: 'span:SOFTh/HARDh, such as span:4h/24h, soft not above hard' };
    return { kind: 'span', softHours: soft, hardHours: hard };
  },
  write: ({ softHours, hardHours }) => `${softHours}h/${hardHours}h`,
  stricter: (a, b) => ({ kind: 'span', softHours: Math.min(a.softHours, b.softHours), hardHours: Math.min(a.hardHours, b.hardHours) }),
  apply: (draft, { softHours, hardHours }) => ({ ...draft, span: { softHours, hardHours } }),
  of: ({ span: limits }) => (limits ? { kind: 'span', ...limits } : null),
};
