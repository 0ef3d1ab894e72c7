// exportgate register --site S --month YYYY-MM --out FILE: the statutory register of a site and month, as a file.
import fs from 'node:fs';
import { Problem } from '../domain/problem.js';
import { clientOf, type Verb } from './context.js';

export interface RegisterOptions {
  site: string;
  month: string;
  format: string;
  out: string;
  confidential?: boolean;
  part?: string;
}

export const fetchRegister: Verb<RegisterOptions> = async (context, { site, month, format, out, confidential, part }) => {
  if (fs.existsSync(out)) throw new Problem('config-invalid', `--out: ${out} is there already; name a file that is not.`);
  const asked = new URLSearchParams({
    site,
    month,
    format,
    ...(confidential && { confidential: 'only' }),
    ...(part !== undefined && { part }),
  });
  const bytes = await clientOf(context).download(`/api/v1/register?${asked.toString()}`, out);
  context.output.result({ file: out, bytes }, [`${out}: ${bytes} bytes, 信息调用登记 ${site} ${month}`]);
  return 0;
};
