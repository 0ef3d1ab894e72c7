// What a browser asks when it opens ZoneMinder's console: a page, its styles and scripts, the list that it then loads.

export interface Asset {
  /** Path and query. */
  path: string;
  kind: 'html' | 'css' | 'js' | 'json';
  bytes: number;
}

const kB = 1000;
const asset = (kind: 'css' | 'js', path: string, kilobytes: number): Asset => ({
  path: `/zm/skins/classic/${path}`,
  kind,
  bytes: kilobytes * kB,
});

export const mix: readonly Asset[] = [
  { path: '/zm/index.php?view=console', kind: 'html', bytes: 36 * kB },
  asset('css', 'css/base/skin.css', 24),
  asset('css', 'css/base/views/console.css', 5),
  asset('css', 'css/base/bootstrap.css', 80),
  asset('css', 'css/base/sidebar.css', 6),
  asset('css', 'css/base/tables.css', 12),
  asset('js', 'js/jquery.js', 80),
  asset('js', 'js/bootstrap.js', 60),
  asset('js', 'js/bootstrap-table.js', 45),
  asset('js', 'js/skin.js', 30),
  asset('js', 'js/console.js', 18),
  asset('js', 'js/logger.js', 8),
  asset('js', 'js/dateformat.js', 10),
  { path: '/zm/index.php?view=request&request=console&task=query', kind: 'json', bytes: 10 * kB },
];

/** Endless, five pictures a second. `key`: the client's own of this stream. */
export const slowLive = (key: number): string => `/zm/cgi-bin/nph-zms?mode=jpeg&monitor=1&maxfps=5&connkey=${key}`;
/** As fast as it is taken, and it ends. */
export const fastLive = '/zm/cgi-bin/nph-zms?mode=jpeg&monitor=1&maxfps=30';

/** Who looks at them: the account on the pages, and the session that they know it by. */
export const account = 'duty';
export const signedIn = 'bench-session';
