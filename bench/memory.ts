// The most memory that this process ever had.
import fs from 'node:fs';

/**
 * Megabytes (10⁶ bytes). Linux keeps the mark of the present program alone in VmHWM; `ru_maxrss`, the way elsewhere, also counts the
 * program that started it.
 */
export function peakMegabytes(): number {
  const kibibytes = readMark() ?? process.resourceUsage().maxRSS;
  return (kibibytes * 1024) / 1e6;
}

function readMark(): number | null {
  try {
    const mark = /^VmHWM:\s+(\d+) kB$/m.exec(fs.readFileSync('/proc/self/status', 'utf8'))?.[1];
    return mark === undefined ? null : Number(mark);
  } catch {
    return null;
  }
}
