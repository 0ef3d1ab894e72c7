// What ZoneMinder's own programs answer about streams and archives, said by the gate in their place (1.36: ajax/stream.php, ajax/event.php).
import type { Asked } from '../../plugin/domain/asked.js';
import type { Instant } from '../../plugin/domain/span.js';

interface Said {
  contentType: string;
  body: string;
}

const json = (body: Record<string, unknown>): Said => ({ contentType: 'application/json', body: JSON.stringify({ result: 'Ok', ...body }) });

/** The key that the page drew for its stream, or stands in an archive's address. */
export const keyOf = ({ params }: Asked): string | null => (/^\d{1,10}$/.test(params.get('connkey') ?? '') ? params.get('connkey')! : null);

/** Archives are zip whatever was asked for: the page follows the address that it is told. */
export function archiveOrdered({ params }: Asked, key: string): Said {
  const file = `zmExport_${key}.zip`;
  const exportFile = `?view=archive&type=zip&connkey=${key}&file=${file}`;
  return json({ exportFile, ...(params.get('action') === 'download' && { exportFormat: 'zip', connkey: key }) });
}

/** Of a stream that the gate plays from its beginning to its end: where it is. Seconds, as the page counts them. */
export function streamCommanded(
  _asked: Asked,
  { event, from, to, sinceMs, ratePercent }: { event: string; from: Instant; to: Instant; sinceMs: number; ratePercent: number },
): Said {
  const duration = (Date.parse(to) - Date.parse(from)) / 1000;
  const progress = Math.min(duration, (sinceMs / 1000) * (ratePercent / 100));
  const status = { event: Number(event), duration, progress, rate: ratePercent / 100, zoom: '1.0', paused: false, delayed: false, forced: false };
  return json({ status });
}
