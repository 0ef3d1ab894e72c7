// The shape of `notify` in exportgate.yaml: where notices go beside the gate itself. Nothing here may be a secret in the clear but an address
// whose vendor puts the key into it, and that may stand in a file or the environment too.
import { z } from 'zod';
import { allNoticeKinds, urgentKinds, webhookFormats } from '../domain/notice.js';
import { parseNetwork } from '../domain/network.js';

const text = (pattern: RegExp, right: string) => z.string(right).regex(pattern, right).meta({ description: right });
const mapRight = 'a map of keys and values';
const listRight = 'a list';

const path = text(/^[^\0]{1,1024}$/, 'a path; a relative one starts at the folder of this file');
const variable = text(/^EXPORTGATE_[A-Z0-9_]{1,80}$/, 'an environment variable, EXPORTGATE_…');
const networkRight = 'a network like 10.20.0.0/16 or fd12::/16, at most 32 of them';
const network = text(/^[0-9A-Fa-f:.]{2,45}(?:\/\d{1,3})?$/, networkRight).refine((given) => parseNetwork(given) !== null, networkRight);
const networks = z.array(network, listRight).min(1, networkRight).max(32, networkRight).nullable().default(null);
const kindRight = `kinds of notices, each one of: ${allNoticeKinds.join(', ')}`;
const kinds = z
  .array(z.enum(allNoticeKinds, kindRight), listRight)
  .min(1, kindRight)
  .max(allNoticeKinds.length, kindRight)
  .default(urgentKinds);
const mailRight = 'an address like exportgate@police.example';
const mailbox = text(/^[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])$/, mailRight);
const portRight = 'a port, 1 to 65535';
const formatRight = `one of: ${webhookFormats.join(', ')}`;
const securityRight = 'tls, starttls or none-on-loopback';
const toRight = '1 to 20 addresses';

const webhook = z.strictObject(
  {
    name: text(/^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/, 'a short name of a-z, 0-9 and -, like duty-room'),
    format: z.enum(webhookFormats, formatRight),
    url: text(/^https?:\/\/[^\s/?#@]{1,260}(?:[/?][^\s#]{0,1500})?$/, 'the address of the webhook, https://…').optional(),
    urlEnv: variable.optional(),
    urlFile: path.optional(),
    secretEnv: variable.optional(),
    secretFile: path.optional(),
    caFile: path.optional(),
    networks,
    kinds,
  },
  mapRight,
);

const mail = z.strictObject(
  {
    host: text(/^[A-Za-z0-9_.:-]{1,253}$/, 'a host name or IP address without brackets, like smtp.police.example'),
    port: z.int(portRight).min(1, portRight).max(65_535, portRight).optional(),
    security: z.enum(['tls', 'starttls', 'none-on-loopback'], securityRight).default('tls'),
    user: text(/^[^\p{Cc}]{1,128}$/u, 'the name of the gate’s account on the mail server').optional(),
    passwordEnv: variable.optional(),
    passwordFile: path.optional(),
    from: mailbox,
    to: z.array(mailbox, listRight).min(1, toRight).max(20, toRight),
    caFile: path.optional(),
    networks,
    kinds,
  },
  mapRight,
);

export const notifySchema = z
  .strictObject(
    {
      webhooks: z.array(webhook, listRight).max(16, 'at most 16 webhooks').default([]),
      mail: mail.nullable().default(null),
    },
    mapRight,
  )
  .prefault({});

export type RawNotify = z.output<typeof notifySchema>;
