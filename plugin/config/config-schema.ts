// The shape of exportgate.yaml. Each message is the right value, in words: it stands beside the fault that it explains.
import { z } from 'zod';
import { durationPattern, parseDuration } from './duration.js';
import { notifySchema } from './notify-schema.js';
import { parseSize, sizePattern } from './size.js';

/** Text of a form; `right` says which. */
const text = (pattern: RegExp, right: string) => z.string(right).regex(pattern, right).meta({ description: right });
const yesNo = z.boolean('true or false');

const id = text(/^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/, 'a short name of a-z, 0-9 and -, like nvr-1');
const path = text(/^[^\0]{1,1024}$/, 'a path; a relative one starts at the folder of this file');
const host = text(/^[A-Za-z0-9_.:-]{1,253}$/, 'a host name or IP address without brackets, like 127.0.0.1');
const portRight = 'a port, 1 to 65535, or 0 for any free one';
const port = z.int(portRight).min(0, portRight).max(65_535, portRight);
const size = text(sizePattern, 'a size with a binary unit, like 512MiB or 20GiB').transform((given) => parseSize(given) ?? 0);
const duration = text(durationPattern, 'a duration with a unit, like 90s or 15m').transform((given) => parseDuration(given) ?? 0);

const listRight = 'a list';
const mapRight = 'a map of keys and values';

/** 64 hex digits as openssl prints them, with or without colons → without, lower case. */
const fingerprint = text(
  /^(?:[0-9A-Fa-f]{64}|[0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){31})$/,
  'the SHA-256 fingerprint of a certificate, 64 hex digits',
).transform((given) => given.replaceAll(':', '').toLowerCase());

/** `+08:00` → 480. */
const zone = text(/^[+-](?:0\d|1[0-4]):[0-5]\d$/, 'a zone like +08:00').transform(
  (given) => (given.startsWith('-') ? -1 : 1) * (Number(given.slice(1, 3)) * 60 + Number(given.slice(4))),
);

const limitRight = 'requests a minute from one address, a whole number';
const gopRight = 'whole seconds, 1 to 60';
const channelRight = 'the number of a channel, 1 to 1024';
const streamRight = 'the number of a stream, 1 to 8';
const auditHoursRight = 'whole hours, 1 to 720';
const quorumRight = 'how many witnesses must cosign, 0 to 16';
const logMonthsRight = 'whole months, 6 to 36';
const rotateRight = 'whole days, 30 to 3650';
const rtspPortRight = 'a port, 1 to 65535';

/** A listener in the place of a video system that has pages of its own. */
const web = z.strictObject(
  {
    host,
    port,
    tls: z.strictObject({ certFile: path, keyFile: path }, mapRight).nullable().default(null),
    publicUrl: text(/^https?:\/\/[A-Za-z0-9.:[\]-]{1,260}\/?$/, 'the address that its clients use, like https://vms.example')
      .nullable()
      .default(null),
    people: z
      .array(
        z.strictObject(
          {
            account: text(/^[^\p{Cc}]{1,64}$/u, 'the name of an account on the video system'),
            user: text(/^user:[a-z0-9][a-z0-9._-]{0,62}$/, 'the id of a person, like user:li.wei'),
            administrator: yesNo.default(false),
          },
          mapRight,
        ),
        listRight,
      )
      .max(5_000, 'at most 5000 accounts')
      .default([]),
    egress: z
      .array(text(/^[a-z0-9][a-z0-9-]{0,62}$/, 'the id of a route, like zm-filter-egress'), listRight)
      .max(50, 'at most 50 routes')
      .default([]),
  },
  mapRight,
);

const recorder = z.strictObject(
  {
    id,
    adapter: text(/^[a-z][a-z0-9-]{0,38}$/, 'the name of an adapter, like onvif'),
    url: text(
      /^https?:\/\/[^\s/?#]{1,260}(?:[/?#]\S{0,700})?$/,
      'the recorder’s device service, like http://192.0.2.10/onvif/device_service, or the base of ZoneMinder’s pages, like http://127.0.0.1:81/zm/',
    ),
    user: text(/^[^\p{Cc}]{1,64}$/u, 'the name of the gate’s account on the recorder'),
    passwordEnv: text(/^EXPORTGATE_[A-Z0-9_]{1,80}$/, 'an environment variable, EXPORTGATE_RECORDER_<ID>_PASSWORD').optional(),
    passwordFile: path.optional(),
    pulls: z.literal([1, 2], '1 or 2').default(1),
    tls: z.strictObject({ caFile: path.optional(), fingerprint: fingerprint.optional() }, mapRight).nullable().default(null),
    maxGopSeconds: z.int(gopRight).min(1, gopRight).max(60, gopRight).default(10),
    vendor: z
      .strictObject(
        {
          rtspPort: z.int(rtspPortRight).min(1, rtspPortRight).max(65_535, rtspPortRight).default(554),
          zone: zone.prefault('+08:00'),
        },
        mapRight,
      )
      .prefault({}),
    front: z
      .strictObject({ host, port, streams: z.literal(['refused', 'recorder'], 'refused or recorder').default('refused') }, mapRight)
      .nullable()
      .default(null),
    web: web.nullable().default(null),
  },
  mapRight,
);

const camera = z.strictObject(
  {
    camera: text(/^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,62}[A-Za-z0-9])?$/, 'the id of a camera in cameras.csv'),
    recorder: id,
    recording: text(/^[^\p{Cc}]{1,64}$/u, 'the recording token that the recorder gave, at most 64 characters').optional(),
    playback: z
      .strictObject(
        {
          vendor: text(/^[a-z][a-z0-9-]{0,38}$/, 'the name of a vendor, like hikvision'),
          channel: z.int(channelRight).min(1, channelRight).max(1024, channelRight),
          stream: z.int(streamRight).min(1, streamRight).max(8, streamRight).default(1),
        },
        mapRight,
      )
      .optional(),
  },
  mapRight,
);

/** Signing in at an identity provider (OpenID Connect). */
const oidc = z.strictObject(
  {
    issuer: text(/^https?:\/\/[^\s?#@]{1,500}$/, 'the issuer, exactly as it calls itself, like https://login.example/realms/city'),
    clientId: text(/^[^\p{Cc}]{1,200}$/u, 'the name under which the provider knows the gate'),
    clientSecretEnv: text(/^EXPORTGATE_[A-Z0-9_]{1,80}$/, 'an environment variable, like EXPORTGATE_OIDC_CLIENT_SECRET').optional(),
    clientSecretFile: path.optional(),
    redirectUrl: text(/^https?:\/\/[^\s?#@]{1,500}$/, 'where the provider sends people back to, …/api/v1/session/oidc/callback').optional(),
    userClaim: text(/^[\w:./-]{1,200}$/, 'the claim that is the user’s id without user:').default('preferred_username'),
    roleClaim: text(/^[\w:./-]{1,200}$/, 'the claim that lists the roles').default('roles'),
    roles: z
      .record(
        z.string().min(1).max(200),
        text(/^role:[a-z0-9][a-z0-9._-]{0,62}$/, 'a role of roles.csv, like role:administrator'),
        mapRight,
      )
      .refine((given) => Object.keys(given).length <= 500, 'at most 500 roles'),
    secondFactorAmr: z
      .array(text(/^[\w:./-]{1,200}$/, 'a word of amr or acr, like otp'), listRight)
      .max(20)
      .default([]),
  },
  mapRight,
);

/** A time-stamping authority (RFC 3161). */
const stampSecondsRight = 'whole seconds, 1 to 120';
const timestamps = z.strictObject(
  {
    url: text(/^https?:\/\/[^\s?#@]{1,500}$/, 'the authority’s address, like http://tsa.example/tsr'),
    caFile: path,
    timeoutSeconds: z.int(stampSecondsRight).min(1, stampSecondsRight).max(120, stampSecondsRight).default(15),
    policy: text(/^[0-2](?:\.(?:0|[1-9]\d{0,8})){1,20}$/, 'an object identifier, like 1.2.3.4')
      .nullable()
      .default(null),
    required: yesNo,
  },
  mapRight,
);

/** Papers: where they are checked, and the unit's own e-seal. */
const commandRight = 'an absolute path and its arguments, at most 20, like [/opt/seal/sign, --slot, "2"]';
const documents = z.strictObject(
  {
    verifyUrl: text(/^https?:\/\/[^\s?#@]{1,200}$/, 'where verify.html lies, like https://exportgate.example/verify.html')
      .nullable()
      .default(null),
    seal: z
      .strictObject(
        {
          command: z
            .array(z.string(commandRight).min(1, commandRight).max(500, commandRight), commandRight)
            .min(1, commandRight)
            .max(21, commandRight)
            .refine((given) => given[0]?.startsWith('/'), commandRight),
          caFile: path,
          timeoutSeconds: z.int(stampSecondsRight).min(1, stampSecondsRight).max(120, stampSecondsRight).default(30),
        },
        mapRight,
      )
      .nullable()
      .default(null),
  },
  mapRight,
);

export const configSchema = z.strictObject(
  {
    listen: z
      .strictObject(
        {
          host: host.default('127.0.0.1'),
          port: port.default(8443),
          tls: z.strictObject({ certFile: path, keyFile: path }, mapRight).nullable().default(null),
          behindProxy: yesNo.default(false),
          publicUrl: text(/^https?:\/\/[A-Za-z0-9.:[\]-]{1,260}\/?$/, 'the address that people use, like https://exportgate.example')
            .nullable()
            .default(null),
        },
        mapRight,
      )
      .prefault({}),
    dataFolder: path,
    profile: z.literal(['international', 'gm'], 'international or gm').default('international'),
    keysFolder: path,
    keys: z
      .strictObject(
        {
          passphraseFile: path.optional(),
          masterFolder: path.optional(),
          rotateAfterDays: z.int(rotateRight).min(30, rotateRight).max(3650, rotateRight).default(365),
        },
        mapRight,
      )
      .prefault({}),
    workFolder: path.optional(),
    policiesFolder: path,
    journal: z.strictObject(
      {
        origin: text(
          /^(?=.{3,120}$)[a-z0-9][a-z0-9.-]*\.[a-z0-9-]+(?:\/[a-z0-9._-]+)+$/,
          'the log’s own name, once and for ever, like exportgate.example/sh-1',
        ),
        public: yesNo.default(false),
        heldCheckpoint: path.nullable().default(null),
        witnesses: z
          .array(
            z.strictObject(
              {
                url: text(/^https?:\/\/[A-Za-z0-9.:[\]-]{1,260}(?:\/[\w./-]{0,200})?$/, 'where the witness listens, like https://witness.example'),
                vkey: text(/^[^\s+]{1,255}\+[0-9a-f]{8}\+[A-Za-z0-9+/]{44}$/, 'the verifier key that the witness printed, name+id+key'),
              },
              mapRight,
            ),
            listRight,
          )
          .max(16, 'at most 16 witnesses')
          .default([]),
        quorum: z.int(quorumRight).min(0, quorumRight).max(16, quorumRight).default(0),
      },
      mapRight,
    ),
    recorders: z.array(recorder, listRight).min(1, 'at least one recorder').max(1_000, 'at most 1000 recorders'),
    cameras: z.array(camera, listRight).max(100_000, 'at most 100000 cameras'),
    quotas: z
      .strictObject(
        {
          unitBytes: size.prefault('2TiB'),
          installationBytes: size.prefault('8TiB'),
          reserveBytes: size.prefault('2GiB'),
          bytesPerSecond: size.prefault('1MiB'),
        },
        mapRight,
      )
      .prefault({}),
    ffmpeg: z.strictObject({ path: path.nullable().default(null) }, mapRight).prefault({}),
    limits: z
      .strictObject(
        {
          requestsPerMinute: z.int(limitRight).min(60, limitRight).max(1_000_000, limitRight).default(1_200),
          signInsPerMinute: z.int(limitRight).min(5, limitRight).max(100_000, limitRight).default(30),
        },
        mapRight,
      )
      .prefault({}),
    keeping: z
      .strictObject({ logMonths: z.int(logMonthsRight).min(6, logMonthsRight).max(36, logMonthsRight).default(6) }, mapRight)
      .prefault({}),
    backup: z
      .strictObject({ recipient: text(/^exportgate-backup-x25519:[A-Za-z0-9_-]{43}$/, 'what exportgate backup-key printed, exportgate-backup-x25519:…'), keys: path.nullable().default(null) }, mapRight)
      .nullable()
      .default(null),
    audit: z.strictObject({ everyHours: z.int(auditHoursRight).min(1, auditHoursRight).max(720, auditHoursRight).default(24) }, mapRight).prefault({}),
    tokens: z.strictObject({ lifetime: duration.prefault('15m') }, mapRight).prefault({}),
    oidc: oidc.nullable().default(null),
    timestamps: timestamps.nullable().default(null),
    documents: documents.prefault({}),
    notify: notifySchema,
  },
  mapRight,
);

export type RawConfig = z.output<typeof configSchema>;

/** JSON schema (draft 2020-12) of what people write, for manifest.json. */
export const configJsonSchema = (): Record<string, unknown> =>
  JSON.parse(JSON.stringify(z.toJSONSchema(configSchema, { io: 'input' }))) as Record<string, unknown>;
