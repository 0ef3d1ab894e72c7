// Every way out that is configured: webhooks, then mail.
import type { Channel, Outside } from './channel.js';
import { makeMail, type MailAccount } from './mail.js';
import { makeWebhook, type Webhook } from './webhook.js';

export const makeChannels = (webhooks: readonly Webhook[], mail: MailAccount | null, outside: Outside): Channel[] => [
  ...webhooks.map((webhook) => makeWebhook(webhook, outside)),
  ...(mail ? [makeMail(mail, outside)] : []),
];
