// `review-after:10%/90d`: so many of the released are drawn for review afterwards, and the reviewer has so many days.
import { readWith, type DutyCraft } from './reading.js';

export const reviewAfter: DutyCraft<'review-after'> = {
  read(text) {
    const [share, time, ...more] = text.split('/');
    const percent = readWith('%', share ?? '', 1, 100);
    const days = readWith('d', time ?? '', 1, 366);
    if (percent === null || days === null || more.length > 0)
      return { wanted: 'review-after:PERCENT%/DAYSd, such as review-after:10%/90d' };
    return { kind: 'review-after', percent, days };
  },
  write: ({ percent, days }) => `${percent}%/${days}d`,
  stricter: (a, b) => ({ kind: 'review-after', percent: Math.max(a.percent, b.percent), days: Math.min(a.days, b.days) }),
  apply: (draft, { percent, days }) => ({ ...draft, reviewAfter: { percent, days } }),
  of: ({ reviewAfter: draw }) => (draw ? { kind: 'review-after', ...draw } : null),
};
