// What the bench says: one row per thing measured, ours beside the peer's, as a table or as data.

export interface Row {
  row: string;
  unit: 's' | 'ms' | 'kB' | 'MB' | 'frames' | 'plays' | 'lost';
  /** One value per run. */
  us: number[];
  /** With whom or what ours is compared. */
  peer: string;
  peerValues: number[];
  /** Median of ours through median of the peer's; null where that says nothing. */
  ratio: number | null;
  /** What the ratio may be; null where nothing is demanded. */
  most: number | null;
  /** What the peer answered, where it could not do it. */
  note?: string;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return sorted.length % 2 ? sorted[Math.floor(middle)]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** The value that so many in a hundred do not exceed. */
export function percentile(values: readonly number[], hundredth: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil((sorted.length * hundredth) / 100) - 1)]!;
}

export function compare(row: string, unit: Row['unit'], us: number[], peer: { name: string; values: number[] }, most: number | null): Row {
  const divisor = peer.values.length > 0 ? median(peer.values) : 0;
  return { row, unit, us, peer: peer.name, peerValues: peer.values, ratio: divisor > 0 ? median(us) / divisor : null, most };
}

/** Is anything demanded that was not reached? */
export const missed = (rows: readonly Row[]): Row[] => rows.filter(({ ratio, most }) => most !== null && (ratio === null || ratio > most));

const shown = (values: readonly number[], unit: Row['unit']): string => {
  if (values.length === 0) return '-';
  const digits = unit === 's' || unit === 'ms' || unit === 'lost' ? 3 : unit === 'plays' ? 1 : 0;
  const range = values.length > 1 ? ` (${Math.min(...values).toFixed(digits)}–${Math.max(...values).toFixed(digits)})` : '';
  return `${median(values).toFixed(digits)}${range} ${unit}`;
};

/** Medians, with the least and the most of several runs in brackets. */
export function asTable(rows: readonly Row[]): string {
  const cells = [
    ['what', 'ours', 'beside it', 'theirs', 'ratio', 'at most'],
    ...rows.map(({ row, unit, us, peer, peerValues, ratio, most, note }) => [
      row,
      shown(us, unit),
      peer,
      note ?? shown(peerValues, unit),
      ratio === null ? '' : ratio.toFixed(ratio < 0.1 ? 3 : 2),
      most === null ? '' : String(most),
    ]),
  ];
  const widths = cells[0]!.map((_, column) => Math.max(...cells.map((line) => line[column]!.length)));
  return cells
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
