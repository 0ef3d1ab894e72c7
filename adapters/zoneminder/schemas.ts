// The shapes of ZoneMinder's answers, as far as the gate reads them. Versions write numbers as numbers or as text.
import { z } from 'zod';
import { mostEvents, pageRows } from './limits.js';

const digits = z.string().regex(/^\d{1,19}$/);
const id = z.union([z.int().nonnegative().transform(String), digits]);
const count = z.union([z.int().nonnegative(), digits.transform(Number)]);
const decimal = z.union([
  z.number(),
  z
    .string()
    .regex(/^-?\d{1,12}(\.\d{1,6})?$/)
    .transform(Number),
]);
const flag = z.union([z.boolean(), z.literal([0, 1]).transform(Boolean), z.literal(['0', '1']).transform((text) => text === '1')]);
const text = z.string().max(1024);
/** Local time of the server, whole seconds. */
const local = z.string().regex(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);

const event = z.object({
  Id: id,
  MonitorId: id,
  StartDateTime: local.nullable(),
  EndDateTime: local.nullable(),
  /** Seconds. */
  Length: decimal.nullable(),
  Frames: count.nullable(),
  DefaultVideo: text.nullable(),
  Archived: flag,
  Width: count,
  Height: count,
  FileSystemPath: text.optional(),
  MaxScoreFrameId: count.nullable().optional(),
  AlarmFrameId: count.nullable().optional(),
});
export type EventRow = z.infer<typeof event>;

const frame = z.object({ EventId: id, FrameId: count, /** Seconds from the event's start. */ Delta: decimal });
export type FrameRow = z.infer<typeof frame>;

const rows = <T extends z.ZodType>(name: string, row: T) => z.object({ [name]: row });

const login = z.object({
  access_token: z
    .string()
    .regex(/^[\w.-]{1,4096}$/)
    .optional(),
  /** Seconds. */
  access_token_expires: z.number().positive().optional(),
  refresh_token: z
    .string()
    .regex(/^[\w.-]{1,4096}$/)
    .optional(),
  version: text.optional(),
});
export type LoginAnswer = z.infer<typeof login>;

const pagination = z.object({ pageCount: count, count });
const user = z.object({
  Username: z.string().max(64),
  Enabled: flag,
  Stream: text,
  Events: text,
  Monitors: text,
  System: text,
  APIEnabled: flag,
});

const monitor = z.object({
  Id: id,
  Name: z.string().max(256),
  Width: count,
  Height: count,
  VideoWriter: count,
  SaveJPEGs: count.nullable(),
});
export type MonitorRow = z.infer<typeof monitor>;

/** What an answer is read as; throws where it is something else. */
const reader =
  <T extends z.ZodType>(schema: T) =>
  (answer: unknown): z.infer<T> =>
    schema.parse(answer);

export const readLogin = reader(login);
export const readVersion = reader(z.object({ version: text }));
export const readZone = reader(z.object({ tz: z.string().max(64) }));
export const readMonitors = reader(
  z
    .object({ monitors: z.array(rows('Monitor', monitor)).max(10_000) })
    .transform(({ monitors }) => monitors.map(({ Monitor }) => Monitor!)),
);
export const readEvents = reader(
  z.object({ events: z.array(rows('Event', event)).max(pageRows), pagination }).transform((page) => ({
    events: page.events.map(({ Event }) => Event!),
    pages: page.pagination.pageCount,
    total: page.pagination.count,
  })),
);
/** With its frames, where they were asked for. An event of a camera that the account may not see is an empty shell. */
export const readEvent = reader(
  z
    .object({
      event: z.object({
        Event: z.union([event, z.object({ Id: z.undefined().optional() }).transform(() => null)]),
        Frame: z.array(frame).max(1_000_000).optional(),
      }),
    })
    .transform(({ event: { Event, Frame } }) => ({ event: Event, frames: Frame ?? [] })),
);
export const readFrame = reader(z.object({ frame: rows('Frame', frame) }).transform(({ frame: { Frame } }) => Frame!));
export const readUsers = reader(
  z.object({ users: z.array(rows('User', user)).max(mostEvents) }).transform(({ users }) => users.map(({ User }) => User!)),
);
export const readSaved = reader(z.object({ message: text }));
export const readModal = reader(z.object({ html: z.string().max(1024 * 1024) }));
