// The gate's place in front of one recorder: an ordinary client's SOAP in, a command or a refusal out.
import type { Front, RecorderAddress } from '../../plugin/domain/adapter.js';
import { classifySoap, soapContentType } from './classify.js';
import { faultXml } from './fault-xml.js';
import { hostOf } from './addresses.js';
import { rewriteAddresses } from './rewrite-addresses.js';
import { openSecure } from './trust.js';

/**
 * Services stand in the folder of the device service. Elsewhere a recorder has other doors (vendors' own interfaces), to which SOAP is no
 * key.
 */
function isService(path: string, deviceService: string): boolean {
  const folder = deviceService.slice(0, deviceService.lastIndexOf('/') + 1);
  return (
    path === deviceService || (folder !== '/' && path.startsWith(folder) && /^[\w./-]+(\?[\w=&%.-]*)?$/.test(path) && !path.includes('..'))
  );
}

export function makeFront(address: RecorderAddress): Front {
  const device = new URL(address.url);
  return {
    classify({ path, contentType, action, body }) {
      const atService = isService(path, device.pathname + device.search);
      // HTTP digest clients open with an empty message, to be asked for their login. It asks for nothing else.
      if (atService && body.length === 0)
        return {
          operation: '(none)',
          class: 'safe',
          recording: null,
          user: null,
          rebuilt: body,
          contentType: soapContentType('1.2', null),
        };
      const command = classifySoap(body, { contentType, soapAction: action });
      return atService ? command : { ...command, class: 'unknown' };
    },
    refuse: ({ code, zh, en, link, status }) => ({
      status,
      contentType: 'application/soap+xml; charset=utf-8',
      body: faultXml({ code: status < 500 ? 'Sender' : 'Receiver', subcode: code, reasonZh: zh, reasonEn: en, link, soapVersion: '1.2' }),
    }),
    connect: async (signal) =>
      device.protocol === 'https:'
        ? openSecure({ host: hostOf(device), port: Number(device.port || 443), tls: address.tls, signal })
        : null,
    rewrite: (reply, gate) => rewriteAddresses(reply, gate),
  };
}
