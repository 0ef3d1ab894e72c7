// `instrument:notice` (F2), `instrument:notice+approval`: papers to be shown. `approval` is what some cities ask beside the notice: the
// approval of a county-level head, or the unit's certificate.
import { papers } from '../../domain/duty.js';
import { eitherOf, readWords, type DutyCraft } from './reading.js';

export const instrument: DutyCraft<'instrument'> = {
  read(text) {
    const asked = readWords(papers, text);
    // Every other paper comes beside the instrument, never for it.
    return asked?.includes('notice')
      ? { kind: 'instrument', papers: asked }
      : { wanted: 'instrument:notice or instrument:notice+approval' };
  },
  write: (duty) => duty.papers.join('+'),
  stricter: (a, b) => ({ kind: 'instrument', papers: eitherOf(papers, a.papers, b.papers) }),
  apply: (draft, duty) => ({ ...draft, papers: duty.papers }),
  of: (draft) => (draft.papers?.length ? { kind: 'instrument', papers: draft.papers } : null),
};
