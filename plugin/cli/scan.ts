// exportgate scan FILE: uploads the scan of a paper and prints its hash, which an application then names.
import { clientOf, type Verb } from './context.js';
import { uploadScanFile } from './read-scan.js';

export const scanPaper: Verb<{ file: string }> = async (context, { file }) => {
  const kept = await uploadScanFile(clientOf(context), file);
  context.output.result(kept, [`${kept.sha256}  ${kept.kind}, ${kept.bytes} bytes 已上传`]);
  return 0;
};
