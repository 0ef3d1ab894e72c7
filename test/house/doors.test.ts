// One foreign package, one door: a defect of a package is fenced in one file. The list is here; a new door is a new line.
import assert from 'node:assert/strict';
import { filesIn, importsOf, read, sources } from './sources.js';

const doors: Record<string, string> = {
  '@ffmpeg-installer/ffmpeg': 'plugin/media/find-ffmpeg.ts',
  '@ffprobe-installer/ffprobe': 'plugin/media/find-ffmpeg.ts',
  '@noble/curves': 'plugin/evidence/sm2.ts',
  'better-sqlite3': 'plugin/store/sqlite.ts',
  casbin: 'plugin/policy/enforcer.ts',
  commander: 'plugin/cli/program.ts',
  diff: 'plugin/policy/diff-texts.ts',
  express: 'plugin/http/app.ts',
  'express-rate-limit': 'plugin/http/app.ts',
  fflate: 'plugin/documents/table-xlsx.ts',
  'fluent-ffmpeg': 'plugin/media/ffmpeg.ts',
  helmet: 'plugin/http/app.ts',
  httpxy: 'plugin/http/gate/upstream.ts',
  jsonwebtoken: 'plugin/identity/token.ts',
  kysely: 'plugin/store/database.ts',
  mediabunny: 'plugin/media/container.ts',
  'node-onvif': 'adapters/onvif/soap.ts',
  'openid-client': 'plugin/identity/oidc.ts',
  nodemailer: 'plugin/notify/mail.ts',
  'p-queue': 'plugin/export/turns.ts',
  pdfkit: 'plugin/documents/pdf.ts',
  qr: 'plugin/documents/qr-code.ts',
  saxes: 'adapters/onvif/read-xml.ts',
  winston: 'plugin/log/winston.ts',
  yaml: 'plugin/config/yaml.ts',
};

/** A package with two doors, and why: rooms on floor 1 are strangers, and what is behind the one is not behind the other. */
const secondDoors: Record<string, string> = {
  // The room of media writes films; the adapter of ZoneMinder reads those of a video system, out of pieces that come over the network.
  mediabunny: 'adapters/zoneminder/read-movie.ts',
};

/** Types vanish when the program is built. Where a package's types are the words of a room, that room may name them. */
const typesIn: Record<string, string> = { express: 'plugin/http/' };

/** zod is a language, not a defect to fence: schema files of several rooms speak it. These and no others. */
const schemaFiles = [
  'plugin/backup/key-note.ts',
  'adapters/zoneminder/schemas.ts',
  'plugin/config/config-schema.ts',
  'plugin/config/faults.ts',
  'plugin/config/manifest-schema.ts',
  'plugin/config/notify-schema.ts',
  'plugin/config/witness-config.ts',
  'plugin/evidence/entry-schema.ts',
  'plugin/evidence/manifest-schema.ts',
  'plugin/http/answers.ts',
  'plugin/http/api/delegations.ts',
  'plugin/http/api/deliveries.ts',
  'plugin/http/api/explain.ts',
  'plugin/http/api/matters.ts',
  'plugin/http/api/proofs.ts',
  'plugin/http/api/notices.ts',
  'plugin/http/api/policy.ts',
  'plugin/http/draft-schema.ts',
  'plugin/http/gate/table-schema.ts',
  'plugin/http/openapi.ts',
  'plugin/http/operation.ts',
  'plugin/http/read-body.ts',
  'plugin/http/schemas.ts',
];

/** Who may look into the environment: the front doors, which hand it on. */
const environmentReaders = ['plugin/front-door.ts', 'plugin/cli/program.ts'];

const packages = () =>
  sources()
    .flatMap((file) => importsOf(file))
    .filter(({ kind }) => kind === 'package');
const declared = (): string[] => {
  const { dependencies, optionalDependencies } = JSON.parse(read('package.json')) as Record<string, Record<string, string>>;
  return Object.keys({ ...dependencies, ...optionalDependencies }).sort();
};

describe('doors', () => {
  it('each package is imported from its door alone', () => {
    const trespasses = packages().filter(({ file, of, typeOnly }) => {
      if (of === 'zod') return !schemaFiles.includes(file);
      const named = typesIn[of];
      return doors[of] !== file && secondDoors[of] !== file && !(typeOnly && named && file.startsWith(named));
    });
    assert.deepEqual(
      trespasses.map(({ file, of }) => `${file} imports ${of}; its door is ${doors[of] ?? 'none yet'}`),
      [],
    );
  });

  it('each door is really used, and each schema file really speaks zod', () => {
    const used = new Set(packages().map(({ file, of }) => `${of} ${file}`));
    const idle = [...Object.entries(doors), ...Object.entries(secondDoors), ...schemaFiles.map((file) => ['zod', file] as const)].filter(
      ([of, file]) => !used.has(`${of} ${file}`),
    );
    assert.deepEqual(
      idle.map(([of, file]) => `${file} does not import ${of}`),
      [],
    );
  });

  it('package.json depends on what has a door, and on nothing else', () =>
    assert.deepEqual(declared(), [...Object.keys(doors), 'zod'].sort()));

  it('node’s own modules are named with node:', () => {
    const bare = packages().filter(({ of }) =>
      /^(assert|buffer|child_process|crypto|dgram|dns|events|fs|http|https|net|os|path|process|stream|tls|url|util|zlib)$/.test(of),
    );
    assert.deepEqual(
      bare.map(({ file, of }) => `${file} imports ${of}`),
      [],
    );
  });

  it('the environment is read at the front doors alone', () => {
    const readers = sources().filter((file) => /\bprocess\s*(\.\s*env\b|\[\s*['"]env)/.test(read(file)));
    assert.deepEqual(
      readers.filter((file) => !environmentReaders.includes(file)),
      [],
    );
  });

  it('no source is written in another language of modules', () =>
    assert.deepEqual([...filesIn('plugin', /\.(js|cjs|mjs|cts|mts|tsx)$/), ...filesIn('adapters', /\.(js|cjs|mjs|cts|mts|tsx)$/)], []));
});
