// The list of adapters: one folder per kind of video system.
import type { Adapter } from '../plugin/domain/adapter.js';
import { zoneminder } from './zoneminder/index.js';
import { onvif } from './onvif/index.js';

export const adapters: readonly Adapter[] = [onvif, zoneminder];
