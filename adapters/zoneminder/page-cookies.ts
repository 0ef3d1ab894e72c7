// Cookies of ZoneMinder's pages that say how a page is to look, and nothing of who looks.

const names = new Set([
  ...['zmSkin', 'zmCSS', 'zmBandwidth', 'zmGroup', 'zmMonitorId', 'zmEventRate', 'zmFrameStats', 'zmMontageLayout', 'replayMode', 'volume'],
  ...['zmHeaderFlip', 'zmFilterBarFlip', 'zmMonitorFilterBarFlip', 'zmMontageHeaderFlip'],
]);
/** How large pictures are shown; those of one event or camera end with its number. */
const sizes = /^zm(?:(?:Event|Watch)Scale\d{0,10}|(?:Montage|Cycle)(?:Scale|Width|Height))$/;
/** Columns, order and page of a table; the id of one may hold a filter. */
const tables = /^zm(?:EventList|Logs|Events|Control|Devices|Snapshots|Frames)Table[^\s;,=]{0,512}\.bs\.table\.[A-Za-z]{1,32}$/;

export const isPageCookie = (name: string): boolean => names.has(name) || sizes.test(name) || tables.test(name);
