// The door to fluent-ffmpeg, archived upstream: it builds arguments and nothing else. It never runs anything: a wrong path would
// crash the process, and its options are split at blanks unless handed over one by one.
import fluent from 'fluent-ffmpeg';

export interface Filter {
  filter: string;
  /** Plain names, numbers and constant expressions only: people's text comes through `textfile`. */
  options: Readonly<Record<string, string | number>>;
}

export interface Job {
  inputOptions: readonly string[];
  input: string;
  filters: readonly Filter[];
  outputOptions: readonly string[];
  output: string;
}

/** What a recipe may hand to a filter: nothing that the filter graph's syntax gives a meaning to (ffmpeg-filters, "escaping"). */
const plain = /^[A-Za-z0-9_.@+*/()#-]+$/;

/** Arguments in ffmpeg's order, without the program. Throws a TypeError where an option of a filter would need escaping. */
export function buildArguments(job: Job): string[] {
  for (const { filter, options } of job.filters)
    for (const [name, value] of Object.entries(options))
      if (!plain.test(String(value))) throw new TypeError(`${filter}: ${name} is not plain`);
  const command = fluent()
    .input(job.input)
    .inputOptions([...job.inputOptions])
    .videoFilters(job.filters.map(({ filter, options }) => ({ filter, options: { ...options } })))
    .outputOptions([...job.outputOptions])
    .output(job.output);
  return (command as unknown as { _getArguments(): string[] })._getArguments();
}

/** Options before every input: one decoder, one format, local files. All other decoders of ffmpeg stay shut (CVE-2026-8461 and kin). */
export const whitelists = ['-codec_whitelist', 'h264', '-format_whitelist', 'mov,mp4,m4a,3gp,3g2,mj2', '-protocol_whitelist', 'file'];
