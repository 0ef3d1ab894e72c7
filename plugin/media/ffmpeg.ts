// The door to fluent-ffmpeg, archived upstream: it builds arguments and nothing else. It never runs anything: a wrong path would
// crash the process, and its options are split at blanks unless handed over one by one.
import fluent from 'fluent-ffmpeg';
import type { AudioCodec } from '../domain/vms.js';
import type { Container } from './part-file.js';

export interface Filter {
  filter: string;
  /** Plain names, numbers and constant expressions only: people's text comes through `textfile`. */
  options: Readonly<Record<string, string | number>>;
  /** Names of a branch inside one chain; left out: what the filter before gives, and to the filter behind. */
  inputs?: readonly string[];
  outputs?: readonly string[];
}

export interface Job {
  inputOptions: readonly string[];
  input: string;
  /** A second input. */
  beside?: { inputOptions: readonly string[]; input: string };
  filters: readonly Filter[];
  outputOptions: readonly string[];
  output: string;
}

/** What a recipe may hand to a filter: nothing that the filter graph's syntax gives a meaning to (ffmpeg-filters, "escaping"), but commas,
 *  round which fluent-ffmpeg puts quotes. */
const plain = /^[A-Za-z0-9_.@+*/()#,-]+$/;
const plainLabel = /^[a-z0-9]+$/;

/** Arguments in ffmpeg's order, without the program. Throws a TypeError where an option of a filter would need escaping. */
export function buildArguments(job: Job): string[] {
  for (const { filter, options, inputs, outputs } of job.filters) {
    for (const [name, value] of Object.entries(options))
      if (!plain.test(String(value))) throw new TypeError(`${filter}: ${name} is not plain`);
    for (const label of [...(inputs ?? []), ...(outputs ?? [])])
      if (!plainLabel.test(label)) throw new TypeError(`${filter}: ${label} is not plain`);
  }
  const inputs = fluent()
    .input(job.input)
    .inputOptions([...job.inputOptions]);
  if (job.beside) inputs.input(job.beside.input).inputOptions([...job.beside.inputOptions]);
  const command = inputs
    .videoFilters(job.filters.map(asFluent))
    .outputOptions([...job.outputOptions])
    .output(job.output);
  return (command as unknown as { _getArguments(): string[] })._getArguments();
}

/** Arrays of its own: fluent-ffmpeg writes a chain as one text, in which a branch has names and needs no other mark than a comma. */
const asFluent = ({ filter, options, inputs, outputs }: Filter) => ({
  filter,
  options: { ...options },
  ...(inputs && { inputs: [...inputs] }),
  ...(outputs && { outputs: [...outputs] }),
});

/** Pictures as they lie in the stream: newer versions turn them by a word of the stream, and what is hidden would be elsewhere in them. */
export const asTheyLie = ['-noautorotate'];

const formats = { mp4: 'mov,mp4,m4a,3gp,3g2,mj2', mov: 'mov,mp4,m4a,3gp,3g2,mj2', mkv: 'matroska,webm' } as const satisfies Record<
  Container,
  string
>;
const decoders = { avc1: 'h264', hvc1: 'hevc', mjpeg: 'mjpeg', aac: 'aac', pcmu: 'pcm_mulaw', pcma: 'pcm_alaw' } as const;

/** What is in a file that is to be read. `codec`: RFC 6381, or `mjpeg`. */
export interface Readable {
  container: Container;
  codec: string;
  audio: { codec: AudioCodec } | null;
}

/** Options before an input: its format and its decoders, local files or standard input. All others of ffmpeg stay shut (CVE-2026-8461 and
 *  kin). */
export function whitelists({ container, codec, audio }: Readable, protocol: 'file' | 'pipe' = 'file'): string[] {
  const video = decoders[codec.split('.', 1)[0] as 'avc1' | 'hvc1' | 'mjpeg'];
  const open = [video, ...(audio ? [decoders[audio.codec]] : [])];
  return ['-codec_whitelist', open.join(','), '-format_whitelist', formats[container], '-protocol_whitelist', protocol];
}

/** Of a list of pieces that were made here. */
export const pieceWhitelists = ['-codec_whitelist', decoders.avc1, '-format_whitelist', `concat,${formats.mp4}`, '-protocol_whitelist', 'file'];
