// One wrong edit of the shipped files each, with the fault that names it: its code, its place, and a word that says what would be right.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { append, replace, type Edits } from './policy-folder.js';

export const sampleTier1 =
  'p, role:police.investigator, tier-1, camera:*, request, ordinary, *, allow, officers:2 instrument:notice ' +
  'approve:evidence-clerk+site-security-manager+privacy-officer+unit-head execute:dual mark:text original:court';
export const sampleTier2 =
  'p, role:police.investigator, tier-2, camera:*, request, ordinary, sensitive, allow, approve:privacy-officer+unit-head';
export const row = (cells: string) => append(`p, ${cells}`);
export const full =
  'officers:2 instrument:notice approve:evidence-clerk execute:dual mark:text original:with span:4h/24h cameras:8 downloads:2 expires:72h';
/** `tier-1.csv:last:4`: the number of the last line for the word. */
export async function fillIn(folder: string, where: string): Promise<string> {
  if (!where.includes(':last:')) return where;
  const lines = (await readFile(path.join(folder, where.split(':')[0]!), 'utf8')).trimEnd().split('\n');
  return where.replace(':last:', `:${lines.length}:`);
}

export const without =
  (...words: readonly string[]) =>
  (text: string): string => {
    for (const word of words) if (!text.includes(word)) throw new Error(`“${word}” does not stand in the file.`);
    return text
      .split('\n')
      .filter((line) => !words.some((word) => line.includes(word)))
      .join('\n');
  };
export const both =
  (...edits: ((text: string) => string)[]) =>
  (text: string): string =>
    edits.reduce((done, edit) => edit(done), text);

export const assertions = (...lines: string[]): string => ['user,at,act,basis,hours,late,verdict,expect', ...lines, ''].join('\n');

// One wrong edit → one fault: its code, its file, and a word that says what would be right.
// prettier-ignore
export const wrongEdits: readonly [string, Edits, string, RegExp | string, RegExp][] = [
  ['effect Deny', { 'tier-1.csv': row('role:executor.department, tier-1, request:*, release, -, *, Deny, -') }, 'effect-unknown', /^tier-1\.csv:\d+:64$/, /allow, deny/],
  ['effect alow', { 'tier-1.csv': row('role:executor.department, tier-1, request:*, release, -, *, alow, -') }, 'effect-unknown', /^tier-1\.csv/, /allow, deny/],
  ['a misspelt act', { 'tier-1.csv': row('role:executor.department, tier-1, request:*, relase, -, *, allow, -') }, 'act-unknown', /^tier-1\.csv/, /release/],
  ['a misspelt basis', { 'tier-1.csv': row(`role:police.investigator, tier-1, camera:*, request, CRIMINAL, *, allow, ${full}`) }, 'basis-unknown', /^tier-1/, /CRIMINAL_CASE/],
  ['a basis in small letters', { 'tier-1.csv': row('role:police.investigator, tier-1, camera:*, request, court, *, deny, -') }, 'basis-unknown', /^tier-1/, /COURT/],
  ['a request without basis', { 'tier-1.csv': row('role:police.investigator, tier-1, camera:*, request, -, *, deny, -') }, 'basis-unknown', /^tier-1/, /ordinary/],
  ['a misspelt fact', { 'tier-2.csv': row('role:police.investigator, tier-2, camera:*, request, ordinary, over_soft, allow, approve:unit-head') }, 'when-unknown', /^tier-2/, /over-soft/],
  ['a misspelt duty', { 'tier-2.csv': row('role:police.investigator, tier-2, camera:*, request, ordinary, *, allow, aprove:unit-head') }, 'duty-unknown', /^tier-2/, /approve/],
  ['a duty without value', { 'tier-2.csv': row('role:police.investigator, tier-2, camera:*, request, ordinary, *, allow, officers:') }, 'duty-unknown', /^tier-2/, /officers:N/],
  ['a duty twice in a row', { 'tier-2.csv': row('role:police.investigator, tier-2, camera:*, request, ordinary, *, allow, officers:2 officers:3') }, 'duty-twice', /^tier-2/, /once/],
  ['a duty on a deny', { 'tier-2.csv': row('role:police.investigator, tier-2, camera:*, request, ordinary, *, deny, officers:2') }, 'duty-unknown', /^tier-2/, /write -/],
  ['an unknown step', { 'tier-2.csv': row('role:police.investigator, tier-2, camera:*, request, ordinary, *, allow, approve:unit-haed') }, 'step-unknown', /^tier-2/, /unit-head/],
  ['a role that nobody holds', { 'tier-1.csv': row('role:police.investigater, tier-1, camera:*, request, ordinary, *, deny, -') }, 'role-unknown', /^tier-1\.csv:\d+:4$/, /role:police\.investigator/],
  ['a role without prefix', { 'tier-1.csv': row('police.investigator, tier-1, camera:*, request, ordinary, *, deny, -') }, 'role-malformed', /^tier-1/, /role:name/],
  ['a user in the role column', { 'tier-1.csv': row('user:sh.lu, tier-1, camera:*, request, ordinary, *, deny, -') }, 'role-malformed', /^tier-1/, /role:name/],
  ['a missing field', { 'tier-1.csv': row('role:executor.department, tier-1, request:*, release, -, *, allow') }, 'field-missing', /^tier-1/, /duties/],
  ['an empty field', { 'tier-1.csv': row('role:executor.department, tier-1, request:*, , -, *, allow, -') }, 'field-missing', /^tier-1/, /act/],
  ['a field too many', { 'tier-1.csv': row('role:executor.department, tier-1, request:*, release, -, *, allow, -, -') }, 'field-surplus', /^tier-1/, /10 fields/],
  ['a comment behind a row', { 'tier-1.csv': row('role:executor.department, tier-1, request:*, release, -, *, allow, - # for now') }, 'duty-unknown', /^tier-1/, /write -/],
  ['a line of another kind', { 'tier-1.csv': append('p2, role:executor.department, tier-1, request:*, release, -, *, allow, -') }, 'line-unknown', /^tier-1/, /right would be: p/],
  ['a row of tier 2 in the file of tier 1', { 'tier-1.csv': append(sampleTier2) }, 'place-unknown', /^tier-1/, /tier-1/],
  ['a row for every tier in a tier file', { 'tier-1.csv': row('role:executor.department, *, request:*, release, -, *, allow, -') }, 'place-unknown', /^tier-1/, /tier-1/],
  ['a camera that is not there', { 'tier-1.csv': row('role:police.investigator, tier-1, camera:sh-yf-gaet, request, ordinary, *, deny, -') }, 'camera-unknown', /^tier-1/, /camera:<id>/],
  ['a group that is not there', { 'tier-1.csv': row('role:police.investigator, tier-1, group:shcool, request, ordinary, *, deny, -') }, 'group-unknown', /^tier-1/, /group:school/],
  ['a pattern for an object', { 'tier-1.csv': row('role:police.investigator, tier-1, camera:sh-*, request, ordinary, *, deny, -') }, 'camera-unknown', /^tier-1/, /camera:\*/],
  ['an object of another act', { 'tier-1.csv': row('role:executor.department, tier-1, journal:*, release, -, *, allow, -') }, 'object-unknown', /^tier-1/, /request:\*/],
  ['a fact where none can be', { 'tier-1.csv': row('role:executor.department, tier-1, request:*, release, -, late, allow, -') }, 'when-unknown', /^tier-1/, /write \*/],
  ['a user without prefix', { 'roles.csv': append('g, sh.lu, role:executor.department, 310000') }, 'user-malformed', /^roles\.csv:\d+:4$/, /user:name/],
  ['a user named like a role', { 'roles.csv': append('g, role:executor.department, role:administrator, *') }, 'user-malformed', /^roles/, /user:name/],   // casbin would hand it over
  ['a role in capitals', { 'roles.csv': append('g, user:sh.lu, role:Executor, *') }, 'role-malformed', /^roles/, /small letters/],
  ['a role that no row knows', { 'roles.csv': append('g, user:sh.lu, role:executor.departmant, *') }, 'role-unknown', /^roles/, /role:executor\.department/],
  ['a holding without place', { 'roles.csv': append('g, user:sh.lu, role:executor') }, 'field-missing', /^roles/, /place/],
  ['a holding in no city', { 'roles.csv': append('g, user:sh.lu, role:executor.department, 310001') }, 'city-unknown', /^roles/, /cities\.csv/],
  ['a site under another city', { 'roles.csv': append('g, user:sh.lu, role:executor.department, 110000/SH-YUNFAN') }, 'site-unknown', /^roles/, /110000\/BJ-QINGLAN/],
  ['a site without city', { 'sites.csv': append('SH-BEI,310115,ART7,30,北') }, 'city-unknown', /^sites\.csv:\d+:8$/, /not listed/],
  ['a site twice', { 'sites.csv': append('SH-YUNFAN,310000,ART7,30,北') }, 'id-duplicate', /^sites/, /each id once/],
  ['a regime that is none', { 'sites.csv': append('SH-BEI,310000,ART8,30,北') }, 'value-malformed', /^sites/, /ART7, ART9, PRIVATE/],
  ['retention below 30 days', { 'sites.csv': append('SH-BEI,310000,ART9,29,北') }, 'below-floor', /^sites\.csv:\d+:20$/, /F6.*799 17/],
  ['a camera without site', { 'cameras.csv': append('x-1,SH-BEI,-,北') }, 'site-unknown', /^cameras/, /SH-YUNFAN/],
  ['a camera twice', { 'cameras.csv': append('sh-yf-gate,SH-YUNFAN,-,北') }, 'id-duplicate', /^cameras/, /each id once/],
  ['a camera id with blanks', { 'cameras.csv': append('sh yf,SH-YUNFAN,-,北') }, 'value-malformed', /^cameras/, /small letters/],
  ['a misspelt group of a camera', { 'cameras.csv': append('x-1,SH-YUNFAN,group:shcool,北') }, 'group-unknown', /^cameras/, /group:school/],
  ['a city twice', { 'cities.csv': append('310000,上海市,3') }, 'id-duplicate', /^cities/, /each id once/],
  ['a tier that is none', { 'cities.csv': append('710000,x,4') }, 'value-malformed', /^cities/, /1, 2 or 3/],
  ['another header', { 'cities.csv': replace('code,name,tier', 'code,tier,name') }, 'header-wrong', /^cities/, /code,name,tier/],
  ['a step twice', { 'steps.csv': append('unit-head,9,role:unit-head,a,b') }, 'id-duplicate', /^steps/, /already/],
  ['two steps in one place of the order', { 'steps.csv': append('second-head,4,role:unit-head,a,b') }, 'id-duplicate', /^steps/, /already/],
  ['a table that nobody reads', { 'tier-4.csv': '' }, 'file-unknown', /^tier-4\.csv$/, /policy files are/],
  ['no masks', { 'masks.csv': null }, 'file-missing', /^masks\.csv$/, /must hold/],
  ['a mask of no camera', { 'masks.csv': append('sh-yf-gat,rectangle 0 0 100 100,solid,place,窗') }, 'camera-unknown', 'masks.csv:last:1', /cameras\.csv/],
  ['a mask over the edge', { 'masks.csv': append('sh-yf-gate,rectangle 9000 0 1001 100,solid,place,窗') }, 'value-malformed', 'masks.csv:last:12', /0 to 10000/],
  ['a mask that crosses itself', { 'masks.csv': append('sh-yf-gate,polygon 0:0 100:100 100:0 0:100,solid,place,窗') }, 'value-malformed', 'masks.csv:last:12', /no edge meets/],
  ['a mask of two corners', { 'masks.csv': append('sh-yf-gate,polygon 0:0 100:100,solid,place,窗') }, 'value-malformed', 'masks.csv:last:12', /3 to 64/],
  ['a mask in words', { 'masks.csv': append('sh-yf-gate,upper left,solid,place,窗') }, 'value-malformed', 'masks.csv:last:12', /rectangle X Y WIDTH HEIGHT/],
  ['a mask of another style', { 'masks.csv': append('sh-yf-gate,rectangle 0 0 100 100,pixels,place,窗') }, 'value-malformed', 'masks.csv:last:34', /solid or blur/],
  ['a mask that hides all', { 'masks.csv': append('sh-yf-gate,rectangle 0 0 100 100,solid,all,窗') }, 'value-malformed', 'masks.csv:last:40', /faces, plates, names, place/],
  ['a mask without a reason', { 'masks.csv': append('sh-yf-gate,rectangle 0 0 100 100,solid,place,') }, 'field-missing', /^masks\.csv/, /reason/],
  ['65 masks of a camera', { 'masks.csv': append(Array.from({ length: 65 }, (_, at) => `sh-yf-gate,rectangle ${at} 0 100 100,solid,place,窗`).join('\n')) }, 'masks-too-many', /^masks\.csv/, /64 areas already/],
  ['a missing directory', { 'directory.csv': null }, 'file-missing', /^directory\.csv$/, /must hold/],
  ['a number in words', { 'directory.csv': append('sh-two,310000,示例支队,call us') }, 'value-malformed', 'directory.csv:last:20', /telephone number of 3 to 20 digits/],
  ['a number with its country', { 'directory.csv': append('sh-two,310000,示例支队,+86 21 5550') }, 'value-malformed', 'directory.csv:last:20', /digits and -/],
  ['no number', { 'directory.csv': append('sh-two,310000,示例支队,') }, 'field-missing', /^directory\.csv/, /phone/],
  ['a unit of a city that is not there', { 'directory.csv': append('sh-two,310001,示例支队,021-5550-0111') }, 'city-unknown', 'directory.csv:last:8', /310001 is not listed in cities\.csv.*\* for a unit/],
  ['a unit twice', { 'directory.csv': append('sh-command,310000,示例支队,021-5550-0111') }, 'id-duplicate', 'directory.csv:last:1', /each id once/],
  ['a unit with blanks in its id', { 'directory.csv': append('sh two,310000,示例支队,021-5550-0111') }, 'value-malformed', 'directory.csv:last:1', /short name such as sh-command/],
  ['a missing file', { 'gate.csv': null }, 'file-missing', /^gate\.csv$/, /must hold/],
  ['a file that is not UTF-8', { 'sites.csv': Buffer.from([0xc9, 0xcf, 0xba, 0xa3]) }, 'file-unreadable', /^sites\.csv$/, /UTF-8/],
  ['a file of 9 MiB', { 'sites.csv': Buffer.alloc(9 * 1024 * 1024, 35) }, 'file-unreadable', /^sites\.csv$/, /at most/],
  ['an allow-override model', { 'model.conf': replace(' && !some(where (p.eft == deny))', '') }, 'model-changed', /^model\.conf/, /policy_effect/],
  ['a wider matcher', { 'model.conf': replace('g(r.sub, p.role, r.dom))', 'g(r.sub, p.role, r.dom) || true)') }, 'model-changed', /^model\.conf/, /matchers/],
  ['a law without an article', { 'law.json': replace('"id": "F8"', '"id": "F13"') }, 'law-malformed', /^law\.json\.floor$/, /F8/],
  ['a law that is no JSON', { 'law.json': '{' }, 'law-malformed', /^law\.json$/, /not JSON/],
  ['a basis without paper', { 'law.json': replace('["STATE_SECURITY_PAPER"]', '[]') }, 'law-malformed', /bases\.STATE_SECURITY$/, /instrument/],
  // Rows that would do nothing.
  ['a camera of another tier', { 'tier-1.csv': row('role:police.investigator, tier-1, camera:gl-yx-gate, request, ordinary, *, deny, -') }, 'row-unreachable', 'tier-1.csv:last:1', /does not lie in tier-1.*it lies in .*tier-3, 450300, 450300\/GL-YINXING/],
  ['a camera of another city', { 'cities/310000.csv': 'p, role:police.investigator, 310000, camera:bj-ql-gate, request, ordinary, *, deny, -\n' }, 'row-unreachable', 'cities/310000.csv:1:1', /it lies in .*110000/],
  ['an allow under a deny of the same', { 'tier-1.csv': row('role:police.investigator, tier-1, camera:*, request, ordinary, *, deny, -') }, 'row-shadowed', 'tier-1.csv:7:1', /The row tier-1\.csv:\d+ denies whenever this one matches.*remove one/],
  ['an allow for one camera under a deny of its group', { 'tier-1.csv': both(row('role:police.investigator, tier-1, group:school, request, ordinary, *, deny, -'), row('role:police.investigator, tier-1, camera:sh-yf-school, request, COURT, *, allow, officers:3')) }, 'row-shadowed', 'tier-1.csv:last:1', /denies whenever/],
  ['a deny twice', { 'tier-1.csv': both(row('role:police.investigator, tier-1, group:school, request, ordinary, *, deny, -'), row('role:police.investigator, tier-1, group:school, request, ordinary, *, deny, -')) }, 'row-shadowed', 'tier-1.csv:last:1', /tier-1\.csv:\d+ denies whenever/],
  ['a row twice', { 'tier-3.csv': row('role:police.investigator, tier-3, camera:*, request, ordinary, over-hard, allow, approve:duty-manager') }, 'row-shadowed', 'tier-3.csv:last:1', /The row tier-3\.csv:\d+ matches whenever this one does and asks for as much.*write what it shall add/],
  ['weaker terms for one camera, beside a row that always matches', { 'tier-1.csv': row('role:police.investigator, tier-1, camera:sh-yf-gate, request, COURT, *, allow, downloads:9') }, 'row-shadowed', 'tier-1.csv:last:1', /tier-1\.csv:7 .*as much/],
  ['a voice for long spans that is asked for any span', { 'tier-1.csv': row('role:police.investigator, tier-1, camera:*, request, ordinary, over-soft, allow, approve:unit-head') }, 'row-shadowed', 'tier-1.csv:last:1', /tier-1\.csv:7 /],
  ['a city that asks what its tier asks', { 'cities/310000.csv': 'p, role:police.investigator, 310000, camera:*, request, ordinary, *, allow, officers:2\n' }, 'row-shadowed', 'cities/310000.csv:1:1', /tier-1\.csv:7 /],
  ['a city that lets review who may review', { 'cities/310000.csv': 'p, role:unit-head, 310000, request:*, review, -, *, allow, -\n' }, 'row-shadowed', 'cities/310000.csv:1:1', /tier-1\.csv:\d+ matches/],
  // People.
  ['a role that nobody holds in that tier', { 'tier-3.csv': row('role:executor.department, tier-3, request:*, release, -, *, allow, -') }, 'role-unheld', 'tier-3.csv:last:1', /Nobody holds role:executor\.department in tier-3.*roles\.csv \(g, user:…, role:executor\.department, <place>\)/],
  ['a role that nobody holds in that city', { 'cities/310000.csv': 'p, role:executor.city, 310000, request:*, execute, -, *, deny, -\n' }, 'role-unheld', 'cities/310000.csv:1:1', /in 310000/],
  ['administrators of one city alone', { 'roles.csv': replace('role:administrator, *', 'role:administrator, 310000') }, 'role-unheld', /^gate\.csv:\d+:1$/, /Nobody holds role:administrator in \*/],   // accounts and policy are of no city
  ['nobody to verify at one site', { 'roles.csv': without('user:gl.lan.clerk') }, 'step-unfillable', 'tier-3.csv:7:1', /evidence-clerk.* at 450300\/GL-YINXING\. Give it.*g, user:…, role:evidence-clerk, 450300\/GL-YINXING/],
  ['nobody for the fifth voice of a long span', { 'roles.csv': without('user:sh.tao') }, 'step-unfillable', 'tier-1.csv:11:1', /duty-manager.* at 310000\/SH-YUNFAN/],
  ['nobody for the privacy review', { 'roles.csv': without('user:hz.zhu.privacy') }, 'step-unfillable', 'tier-2.csv:11:1', /privacy-officer.* at 330100\/HZ-WUTONG/],
  ['a step whose holders may not review', { 'tier-1.csv': without('p, role:unit-head, tier-1, request:*, review') }, 'step-unfillable', 'tier-1.csv:7:1', /holder of role:unit-head review at (110000|310000|440100)/],
  ['a step whose holders may not review in one city', { 'cities/310000.csv': 'p, role:unit-head, 310000, request:*, review, -, *, deny, -\n' }, 'step-unfillable', 'tier-1.csv:7:1', /unit-head.* at 310000\/SH-YUNFAN\. /],
  ['two steps and one person', { 'roles.csv': replace('user:sh.qian, role:site-security-manager', 'user:sh.zhou, role:site-security-manager') }, 'step-unfillable', 'tier-1.csv:7:1', /want as many different people.*F12/],
  ['two executors wanted and one there', { 'roles.csv': without('user:sh.jin') }, 'step-unfillable', 'tier-1.csv:7:1', /Nobody can execute as dual wants: 1 may execute.* at 310000\/SH-YUNFAN/],
  ['an executor who holds a step', { 'roles.csv': replace('user:sh.jin, role:executor.department', 'user:sh.tao, role:executor.department') }, 'step-unfillable', 'tier-1.csv:7:1', /dual wants: 2 may execute/],
  ['a second executor who is the manager', { 'roles.csv': replace('user:cd.dai.executor', 'user:cd.deng.security') }, 'step-unfillable', 'tier-2.csv:7:1', /dual-not-manager wants: .* at 510100\/CD-JINXI/],
  ['no executor at a site of tier 3', { 'roles.csv': without('user:qhd.miao', 'user:qhd.nie') }, 'step-unfillable', 'tier-3.csv:7:1', /single wants: 0 may execute.* at 130300\/QHD-HAIOU/],
  ['executors who may ask for a release and not carry it out', { 'tier-3.csv': without('request:*, execute') }, 'step-unfillable', 'tier-3.csv:7:1', /single wants: .* at 130300\/QHD-HAIOU, 450300\/GL-YINXING/],
  ['a holding twice', { 'roles.csv': append('g, user:sh.lu, role:police.investigator, 310000') }, 'holding-duplicate', 'roles.csv:last:1', /remove one of the two/],
  // Layers that would loosen.
  ['a city that opens what its tier keeps closed', { 'cities/310000.csv': `p, role:police.public-order, 310000, camera:*, request, COURT, *, allow, ${full}\n` }, 'city-widens', 'cities/310000.csv:1:1', /no tier row with when \* lets role:police\.public-order request camera:\* under COURT.*tier file/],
  ['a city that lets look on', { 'cities/310000.csv': 'p, role:police.investigator, 310000, camera:*, live, -, *, allow, -\n' }, 'city-widens', 'cities/310000.csv:1:1', /only tightens/],
  ['a row of one site that opens', { 'cities/310000.csv': `p, role:unit-head, 310000/SH-YUNFAN, camera:*, request, ADMIN_URGENT, *, allow, ${full}\n` }, 'city-widens', 'cities/310000.csv:1:1', /only tightens/],
  ['a court that asks for less than others', { 'tier-1.csv': row(`role:police.public-order, tier-1, camera:*, request, COURT, *, allow, ${full}`) }, 'basis-lighter', 'tier-1.csv:last:1', /only ADMIN_URGENT and EMERGENCY_RESCUE may, and what is only seen.*Lacking or weaker: approve:evidence-clerk\+site-security-manager\+unit-head privacy-review:officer/],
  ['a citizen’s row that does not say deliver:view', { 'tier-1.csv': replace('deliver:view cameras:4', 'cameras:4') }, 'below-floor', /^tier-1\.csv:\d+:1$/, /the row says deliver:view.*F11/],
  ['a citizen’s row by which the masked copy leaves', { 'tier-3.csv': replace('deliver:view cameras:4', 'deliver:copy mask:faces cameras:4') }, 'below-floor', /^tier-3\.csv:\d+:1$/, /the row says deliver:view.*F11/],
  ['a citizen’s row that lets export', { 'tier-1.csv': row(`role:reception, tier-1, camera:*, export, CITIZEN_VIEW, *, allow, ${full} deliver:view`) }, 'below-floor', 'tier-1.csv:last:1', /the act export cannot be allowed.*F11/],
  ['the unit’s own export, lighter than others', { 'tier-1.csv': both(row(`role:police.investigator, tier-1, camera:*, export, ordinary, *, allow, ${full.replace('approve:', 'approve:unit-head+')}`), row(`role:security-staff, tier-1, camera:*, export, INTERNAL_SECURITY, *, allow, ${full}`)) }, 'basis-lighter', 'tier-1.csv:last:1', /Under INTERNAL_SECURITY/],
  ['a paper within days', { 'tier-1.csv': replace('paper:24h', 'paper:1d') }, 'duty-unknown', /^tier-1\.csv:\d+:\d+$/, /paper:24h/],
  ['a package for a word', { 'tier-1.csv': replace('deliver:view cameras:4', 'deliver:package cameras:4') }, 'duty-unknown', /^tier-1\.csv:\d+:\d+$/, /copy, view/],
  ['a new term for all, which one basis does not have', { 'tier-1.csv': append(sampleTier1) }, 'basis-lighter', 'tier-1.csv:8:1', /Under ADMIN_CASE .*\(tier-1\.csv:\d+\).*Lacking or weaker: original:court/],
  ['sound muted for one kind of applicant alone', { 'tier-1.csv': row('role:police.investigator, tier-1, camera:*, request, ordinary, *, allow, sound:muted') }, 'basis-lighter', 'tier-1.csv:8:1', /Lacking or weaker: sound:muted/],
  ['the better picture for one kind of applicant alone', { 'tier-1.csv': row('role:police.investigator, tier-1, camera:*, request, ordinary, *, allow, encode:quality') }, 'basis-lighter', 'tier-1.csv:8:1', /Lacking or weaker: encode:quality/],
  ['a word for sound that is kept', { 'tier-1.csv': replace('mark:text', 'sound:kept mark:text') }, 'duty-unknown', /^tier-1\.csv:\d+:\d+$/, /sound:muted/],
  ['a working copy in another form', { 'tier-1.csv': replace('mark:text', 'working:avi mark:text') }, 'duty-unknown', /^tier-1\.csv:\d+:\d+$/, /working:mp4/],
  ['an effort in figures', { 'tier-1.csv': replace('mark:text', 'encode:21 mark:text') }, 'duty-unknown', /^tier-1\.csv:\d+:\d+$/, /speed, balance, quality/],
  ['a quicker copy beside a row that wants the better picture', { 'tier-3.csv': both(row('role:police.investigator, tier-3, camera:*, request, ordinary, *, allow, encode:quality'), row('role:police.investigator, tier-3, group:school, request, ordinary, *, allow, encode:speed')) }, 'row-shadowed', 'tier-3.csv:last:1', /as much/],
  // Files and places.
  ['a file of a city that is not there', { 'cities/710000.csv': '# nothing\n' }, 'city-unknown', 'cities/710000.csv', /710000 is not listed in cities\.csv/],
  ['a file named for a city by its name', { 'cities/shanghai.csv': '# nothing\n' }, 'file-unknown', 'cities/shanghai.csv', /cities\/500000\.csv/],
  ['an unknown folder', { 'sites/a.csv': '# nothing\n' }, 'file-unknown', 'sites/', /in cities\/: <city code>\.csv/],
  ['assertions in capitals', { 'tests/Mine.csv': '' }, 'file-unknown', 'tests/Mine.csv', /tests\/shipped\.csv/],
  ['a folder in the place of a file', { 'cities/310000.csv/x': '' }, 'file-unreadable', 'cities/310000.csv', /plain file/],
  ['another city in the file of a city', { 'cities/310000.csv': 'p, role:police.investigator, 110000, camera:*, request, ordinary, *, deny, -\n' }, 'place-unknown', 'cities/310000.csv:1:30', /310000, 310000\/SH-YUNFAN/],
  ['a tier in the file of a city', { 'cities/310000.csv': 'p, role:police.investigator, tier-1, camera:*, request, ordinary, *, deny, -\n' }, 'place-unknown', 'cities/310000.csv:1:30', /310000, 310000\/SH-YUNFAN/],
  ['a site of another city in the file of a city', { 'cities/310000.csv': 'p, role:police.investigator, 310000/BJ-QINGLAN, camera:*, request, ordinary, *, deny, -\n' }, 'place-unknown', 'cities/310000.csv:1:30', /310000\/SH-YUNFAN/],
  // Cells that do not go together.
  ['a release with a basis', { 'tier-1.csv': row('role:executor.department, tier-1, request:*, release, CITIZEN_VIEW, *, allow, -') }, 'basis-unknown', 'tier-1.csv:last:58', /asked without a legal basis.*write -/],
  ['a review with duties', { 'tier-1.csv': row('role:unit-head, tier-1, request:*, review, -, *, allow, officers:2') }, 'duty-unknown', 'tier-1.csv:last:60', /elsewhere write -/],
  ['an inspection of a camera', { 'tier-1.csv': row('role:unit-head, tier-1, camera:*, inspect, -, *, allow, -') }, 'object-unknown', 'tier-1.csv:last:28', /inspect concerns request:\*/],
  ['edit-policy outside gate.csv', { 'tier-1.csv': row('role:administrator, tier-1, policy:*, edit-policy, -, *, allow, -') }, 'place-unknown', 'tier-1.csv:last:24', /gate\.csv with the place \*/],
  ['manage in the file of a city', { 'cities/310000.csv': 'p, role:administrator, 310000, account:*, manage, -, *, allow, -\n' }, 'place-unknown', 'cities/310000.csv:1:24', /gate\.csv/],
  ['footage in gate.csv', { 'gate.csv': row('role:auditor, *, camera:*, view, -, *, allow, -') }, 'act-unknown', 'gate.csv:last:31', /view belongs in a tier file/],
  // Duties.
  ['a step that nobody knows, to be inspected', { 'tier-2.csv': row('role:police.investigator, tier-2, camera:*, request, ordinary, *, allow, inspect:unit-haed') }, 'step-unknown', 'tier-2.csv:last:77', /“unit-haed” is no step.*unit-head/],
  ['a privacy review without a privacy officer', { 'steps.csv': without('privacy-officer,3') }, 'step-unknown', /^tier-[12]\.csv:\d+:\d+$/, /“privacy-officer” is no step of steps\.csv/],
  ['a city paper alone, without the notice', { 'cities/500000.csv': replace('notice+approval', 'approval') }, 'duty-unknown', /^cities\/500000\.csv:\d:\d+$/, /instrument:notice\+approval/],
  ['a span turned round', { 'tier-1.csv': replace('span:4h/24h', 'span:24h/4h') }, 'duty-unknown', /^tier-1\.csv:7:\d+$/, /soft not above hard/],
  ['a register in months', { 'tier-1.csv': replace('register:5y', 'register:60m') }, 'duty-unknown', /^tier-1\.csv:7:\d+$/, /register:3y/],
  // What the files shall say, and do not.
  ['a verdict that is not expected', { 'tests/mine.csv': assertions('user:sh.lu,sh-yf-gate,request,CRIMINAL_CASE,1,no,deny,-') }, 'test-failed', 'tests/mine.csv:2:50', /Expected deny; the files say allow \(row-allows\) by tier-1\.csv:7/],
  ['terms that are not asked', { 'tests/mine.csv': assertions('user:sh.lu,sh-yf-gate,request,CRIMINAL_CASE,1,no,allow,downloads:9') }, 'test-failed', 'tests/mine.csv:2:56', /Expected downloads:9; the files say .*downloads:2.* by tier-1\.csv:7/],
  ['an edit against a shipped assertion', { 'tier-1.csv': replace('span:4h/24h', 'span:5h/24h') }, 'test-failed', 'tests/shipped.csv:5:56', /Expected span:4h\/24h; the files say .*span:5h\/24h/],
  ['an assertion that cannot be read', { 'tests/mine.csv': assertions('sh.lu,sh-yf-gate,request,CRIMINAL_CASE,1,no,deny,-') }, 'test-malformed', 'tests/mine.csv:2:1', /a user like user:sh\.lu/],
  // What could never be mended again, or would leave somebody out.
  ['one administrator alone', { 'roles.csv': without('g, user:root.bai, role:administrator, *') }, 'editors-missing', 'gate.csv', /only 1 may edit-policy.*two people at \*/],
  ['administrators who may not edit', { 'gate.csv': without('edit-policy'), 'tests/shipped.csv': null }, 'editors-missing', 'gate.csv', /only 0 may edit-policy/],
  ['nobody who may inspect', { 'tier-1.csv': without('role:unit-head, tier-1, request:*, inspect', 'role:auditor, tier-1, request:*, inspect') }, 'step-unfillable', /^tier-1\.csv:7:1$/, /review afterwards.*user:…, role:auditor/],
  ['an executor of the city’s own', { 'cities/310000.csv': 'p, role:duty-manager, 310000, request:*, release, -, *, allow, -\n' }, 'city-widens', 'cities/310000.csv:1:1', /only tightens: no tier row/],
  // Round the ordinary rows by another basis, a fact or a group (each was possible once).
  ['a basis of its own without the rows for facts', { 'tier-2.csv': without('role:police.public-order, tier-2, camera:*, request, ADMIN_CASE, sensitive') }, 'basis-lighter', /^tier-2\.csv:8:1$/, /where sensitive.*Lacking or weaker: privacy-review:officer/],
  ['a group that is protected for one role alone', { 'tier-3.csv': row('role:police.investigator, tier-3, group:school, request, ordinary, *, allow, privacy-review:officer') }, 'basis-lighter', /^tier-3\.csv:8:1$/, /group:school.*privacy-review:officer/],
  ['a city that asks one role for more', { 'cities/510100.csv': 'p, role:police.investigator, 510100, camera:*, request, ordinary, *, allow, approve:unit-head\n' }, 'basis-lighter', /^tier-2\.csv:8:1$/, /510100.*approve:.*unit-head/],
  ['a refusal for being late', { 'tier-1.csv': row('role:police.investigator, tier-1, camera:*, request, ordinary, late, deny, -') }, 'below-floor', 'tier-1.csv:last:1', /F9/],
  ['a refusal for being long', { 'tier-1.csv': row('role:police.investigator, tier-1, camera:*, request, ordinary, over-hard, deny, -'), 'tests/shipped.csv': null }, 'below-floor', 'tier-1.csv:last:1', /F9/],
  ['the manager’s step by another name', { 'steps.csv': replace('site-security-manager,2,', 'security-lead,2,') }, 'step-unknown', /^tier-[12]\.csv:\d+:\d+$/, /“site-security-manager” is no step/],
  ['a group of which no camera is', { 'tier-1.csv': row('role:police.investigator, tier-1, group:residence-interior, request, ordinary, *, allow, approve:duty-manager') }, 'row-unreachable', 'tier-1.csv:last:1', /No camera in tier-1 is of group:residence-interior/],
  ['a step that is held and may not be reviewed', { 'tier-1.csv': without('role:unit-head, tier-1, request:*, review') }, 'step-unfillable', /^tier-1\.csv:7:1$/, /no row lets a holder of role:unit-head review.*Write the row: p, role:unit-head, tier-1, request:\*, review/],
  ['semicolons', { 'sites.csv': (text) => text.replaceAll(',', ';') }, 'header-wrong', /^sites\.csv/, /by commas, not by semicolons/],
  // What a person sees and the gate does not.
  ['a row behind a carriage return in a comment', { 'cities/310000.csv': '# Shanghai\rp, role:police.investigator, 310000, group:school, request, ordinary, *, deny, -\n' }, 'line-malformed', 'cities/310000.csv:1:1', /save the file with LF/],
  ['a row behind a line separator in a comment', { 'cities/310000.csv': '# Shanghai\u2028p, role:police.investigator, 310000, group:school, request, ordinary, *, deny, -\n' }, 'line-malformed', 'cities/310000.csv:1:1', /save the file with LF/],
  ['text turned round in a comment', { 'tier-1.csv': append('# \u202Eyned') }, 'line-malformed', 'tier-1.csv:last:1', /invisible/],
  ['a name of invisible characters', { 'sites.csv': append('SH-BEI,310000,ART7,30,\u3164') }, 'line-malformed', /^sites/, /invisible/],
  ['a section of the model named like a part of every object', { 'model.conf': replace('[matchers]', '[constructor]') }, 'model-changed', /^model\.conf:\d+:1$/, /must be: e = some/],
  ['a floor lowered in law.json', { 'law.json': replace('"instruments": ["COURT_ORDER"], "minimumOfficers": 2', '"instruments": ["COURT_ORDER"], "minimumOfficers": 1') }, 'law-malformed', 'law.json.bases.COURT.minimumOfficers', /2 or more.*F3/],
];
