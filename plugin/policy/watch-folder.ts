// Tells when the policy files may have changed. Editors write a new file and rename it over the old one, so folders are watched, never
// files; and because some file systems tell nothing, the folder is also looked at from time to time.
import { watch, type FSWatcher } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';

/** Milliseconds from the last sign of a change to the look: a save is several. */
const QUIET_MS = 200;
/** Milliseconds after which a folder that never rests is looked at all the same. */
const LONGEST_MS = 2_000;
const LOOK_MS = 30_000;

/** Calls `onChange` some time after a change, or where nobody can tell. The returned function ends it. */
export function watchFolder(folder: string, onChange: () => void): () => void {
  const watchers: FSWatcher[] = [];
  let quiet: NodeJS.Timeout | undefined;
  let firstSign: number | null = null;
  let seen: string | null = null;
  let isOver = false;

  const changed = (): void => {
    clearTimeout(quiet);
    // A look that was under way at the end tells nobody any more.
    if (isOver) return;
    firstSign ??= Date.now();
    const patience = Math.max(0, Math.min(QUIET_MS, firstSign + LONGEST_MS - Date.now()));
    quiet = setTimeout(() => {
      firstSign = null;
      follow();
      onChange();
    }, patience);
  };
  // A folder that was renamed away takes its watcher with it: after each change they are laid anew.
  const follow = (): void => {
    for (const watcher of watchers.splice(0)) watcher.close();
    if (isOver) return;
    for (const place of [folder, path.join(folder, 'cities'), path.join(folder, 'tests')])
      try {
        watchers.push(watch(place, { persistent: false }, changed).on('error', () => undefined));
      } catch {
        // Not there, or not watchable: the look from time to time remains.
      }
  };
  const look = async (): Promise<void> => {
    const now = await signature(folder);
    if (seen !== null && now !== seen) changed();
    seen = now;
  };
  follow();
  void look();
  const clock = setInterval(() => void look(), LOOK_MS);
  clock.unref();
  return () => {
    isOver = true;
    clearInterval(clock);
    clearTimeout(quiet);
    follow();
  };
}

/** Names, sizes, times and file numbers of everything in the folder. */
async function signature(folder: string): Promise<string> {
  try {
    const names = (await readdir(folder, { recursive: true })).sort();
    const marks = await Promise.all(
      names.map(async (name) => {
        const { size, mtimeMs, ino } = await stat(path.join(folder, name));
        return `${name} ${size} ${mtimeMs} ${ino}`;
      }),
    );
    return marks.join('\n');
  } catch {
    return '';
  }
}
