// Ways to a ZoneMinder's footage that do not lead through the gate: its pages and stream program wherever distributions mount them,
// recordings as plain files, and what else listens on its machine (routes.json, upstream).
import type { Door, Doors, Words } from '../../plugin/domain/door.js';
import { routes } from './routes.js';

const loopback: Words = {
  zh: '让网页服务器只在本机监听(exportgate install zoneminder)',
  en: 'let the web server listen on its own machine alone (exportgate install zoneminder)',
};
const filter: Words = { zh: '在防火墙上关闭', en: 'close it in the packet filter' };

/** Where distributions put what: Debian, Fedora and Arch, and installations from source. */
const mounts = {
  pages: ['/zm/index.php?view=login', '/zoneminder/index.php?view=login'],
  files: ['/zm/cache/events/', '/cache/events/', '/zm/events/', '/events/', '/zm/images/'],
  stream: ['/zm/cgi-bin/nph-zms', '/zm/cgi-bin/zms', '/cgi-bin/nph-zms', '/cgi-bin/zms', '/cgi-bin-zm/nph-zms', '/cgi-bin-zm/zms'],
  api: ['/zm/api/host/getVersion.json', '/zm/api/index.php/host/getVersion.json'],
};

const webPorts = [80, 443, 8080, 8443];

/** Ports of other doors whose numbers are in the table; those without one are a person's. */
function listening(): { doors: Door[]; untried: string[] } {
  const told = (routes as { upstream: { also_listening: readonly string[] } }).upstream.also_listening;
  const ports = told.map((what) => ({ what, ports: [...what.matchAll(/(?<![\w.])(\d{2,5})(?![\w.])/g)].map(([, port]) => Number(port)) }));
  return {
    doors: ports.filter(({ ports: its }) => its.length > 0).map(({ what, ports: its }): Door => ({ what: { zh: '其他监听端口', en: what }, close: filter, ports: its, path: null, through: false })),
    untried: ports.filter(({ ports: its }) => its.length === 0).map(({ what }) => what),
  };
}

/** `url`: the base of its pages. */
export function zoneminderDoors(url: string): Doors {
  const { port, protocol } = new URL(url);
  const own = Number(port || (protocol === 'https:' ? 443 : 80));
  const ports = [...new Set([own, ...webPorts])];
  const found = (paths: readonly string[], zh: string, en: string, through: boolean): Door[] =>
    paths.map((path) => ({ what: { zh, en }, close: loopback, ports, path, through }));
  const others = listening();
  return {
    doors: [
      { what: { zh: 'ZoneMinder 的网页端口', en: 'ZoneMinder’s own web port' }, close: loopback, ports: [own], path: null, through: false },
      ...found(mounts.pages, 'ZoneMinder 页面', 'ZoneMinder’s pages', false),
      ...found(mounts.files, '录像文件', 'recordings as plain files', true),
      ...found(mounts.stream.map((path) => `${path}?mode=single&monitor=1`), '图像流程序', 'the stream program', true),
      ...found(mounts.api, '编程接口', 'the interface for programs', false),
      { what: { zh: 'RTSP 转发', en: 'RTSP' }, close: filter, ports: [554, 8554], path: null, through: false },
      ...others.doors,
    ],
    untried: others.untried,
  };
}
