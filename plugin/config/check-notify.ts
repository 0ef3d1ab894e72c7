// Channels for notices: their secrets are there, their addresses are such that a letter may go to them.
import type { Check } from './check.js';
import { readNotify } from './notify-channels.js';

export const channelsSound: Check = async ({ notify }, around) => {
  if (!notify) return [];
  const read = await readNotify(notify, around);
  return 'faults' in read ? read.faults : [];
};
