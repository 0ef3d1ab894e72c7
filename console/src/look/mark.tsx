// The product's mark and name.
import { shellWords as words } from '../shell/words.js';
import { useSay } from '../words/language.js';
import icon from './icon.svg';

export function Mark() {
  const say = useSay();
  return (
    <span className="mark">
      <img src={icon} alt="" width={28} height={28} />
      <strong>{say(words.product)}</strong>
    </span>
  );
}
