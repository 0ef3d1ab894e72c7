// Ways to an ONVIF recorder that do not lead through the gate's front.
import type { Doors } from '../../plugin/domain/door.js';

const closed = { zh: '在防火墙上只放行网关', en: 'let nobody but the gate through in the packet filter' };

/** `url`: the device service. */
export function onvifDoors(url: string): Doors {
  const { port, protocol } = new URL(url);
  const service = Number(port || (protocol === 'https:' ? 443 : 80));
  return {
    doors: [
      { what: { zh: 'ONVIF 服务', en: 'ONVIF device service' }, close: closed, ports: [service], path: null, through: false },
      { what: { zh: '录像机自己的网页', en: 'the recorder’s own pages' }, close: closed, ports: [80, 443, 8000, 8080].filter((it) => it !== service), path: null, through: false },
      { what: { zh: 'RTSP 实况与回放', en: 'live pictures and replay by RTSP' }, close: closed, ports: [322, 554, 8554], path: null, through: false },
    ],
    untried: ['厂商自有端口、云服务与 P2P 连接 ports of the vendor’s own, cloud and P2P connections'],
  };
}
