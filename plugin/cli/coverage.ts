// exportgate coverage CAMERA --from T --to T: what the recorder says that it holds of a camera, as a bar and as a list.
import { milliseconds, parseInstant, type Instant, type Span } from '../domain/span.js';
import { Problem } from '../domain/problem.js';
import { inAskedTime, type ToldHoldings } from '../domain/told-holdings.js';
import type { Holdings } from '../domain/vms.js';
import type { Verb } from './context.js';
import { drawBar, drawScale, signs, stretchesOf } from './draw-coverage.js';
import { untilInterrupted, type Recorders } from './recorders.js';

export interface CoverageOptions {
  camera: string;
  from: string;
  to: string;
  recorderTime?: boolean;
}

const BEIJING_MS = 8 * 3_600_000;
const LONGEST_DAYS = 400;
/** Of the list; --json has all. */
const mostLines = 100;

/** `2026-03-01 10:00:00`, as a clock in Beijing shows it. */
const beijing = (at: number): string => new Date(at + BEIJING_MS).toISOString().slice(0, 19).replace('T', ' ');

export const coverage =
  (recorders: Recorders): Verb<CoverageOptions> =>
  async ({ output, config, env }, { camera, recorderTime = false, ...options }) => {
    const span = { from: instantOf('--from', options.from), to: instantOf('--to', options.to) };
    if (span.from >= span.to) throw new Problem('config-invalid', `The span ends (${span.to}) before it starts (${span.from}).`);
    if (milliseconds(span) > LONGEST_DAYS * 86_400_000)
      throw new Problem('config-invalid', `The span is longer than ${LONGEST_DAYS} days.`);
    const { vms, source, recorder } = await recorders.camera(config, env, camera);
    const basis = recorderTime ? 'recorder' : 'beijing';
    const holdings = await untilInterrupted((signal) => vms.holdings(source, { ...span, basis }, signal));
    const told = inAskedTime(span, holdings);
    const hasNone = told.promised !== null && told.promised.length === 0;
    output.result(
      { camera, recorder, ...span, basis, rung: holdings.rung, ...told, deviceSpan: holdings.deviceSpan, clock: holdings.clock },
      lines(camera, recorder, span, basis, holdings, told),
    );
    return hasNone ? 1 : 0;
  };

const rungWords: Record<Holdings['rung'], string> = {
  search: '检索 its search (FindRecordings)',
  recordings: '录像列表 its list of recordings (GetRecordings)',
  summary: '总览 its summary (GetRecordingSummary)',
  configured: '仅凭配置 nothing: the token is taken as configured',
  'vendor-address': '厂商地址 nothing: a vendor’s address, times are asserted',
};

function lines(camera: string, recorder: string, span: Span, basis: string, { rung, clock }: Holdings, told: ToldHoldings): string[] {
  const stretches = told.promised && stretchesOf(span, told.promised);
  const more = (stretches?.length ?? 0) - mostLines;
  return [
    `${camera} · ${recorder} · ${basis === 'recorder' ? '录像机时间,按北京时区书写 the recorder’s time, written in Beijing’s zone' : '北京时间 Beijing time'}`,
    drawBar(span, told.promised),
    drawScale(span, beijing),
    `${signs.whole} 有录像 footage  ${signs.part} 部分 partly  ${signs.none} 无 nothing  ${signs.unknown} 未知 unknown`,
    ...(stretches ?? [])
      .slice(0, mostLines)
      .map(
        (it) =>
          `  ${it.footage ? '有 footage' : '无 nothing'}  ${beijing(Date.parse(it.from))} – ${beijing(Date.parse(it.to))}  ${lasting(it)}`,
      ),
    ...(more > 0 ? [`  … ${more} 项略 more (--json has all)`] : []),
    ...(told.promised ? [] : ['  录像机不能说明哪些时段有录像 The recorder cannot say where footage is; only a pull will tell']),
    `来源 Told by: ${rungWords[rung]}`,
    `最早 Earliest: ${told.earliest ? `${beijing(Date.parse(told.earliest))}; 更早的已被覆盖或从未录制 what was before is overwritten or never was` : '未知 unknown'}`,
    `最晚 Latest: ${told.latest ? beijing(Date.parse(told.latest)) : '未知 unknown'}`,
    `时钟 Clock: 录像机 − 网关 recorder − gate = ${clock.offsetMs} ms ± ${clock.uncertaintyMs} ms${
      clock.zoneSuspect ? '; 疑为时区错误,请人工核对 near a multiple of 30 minutes: a wrong zone? A person has to look' : ''
    }`,
  ];
}

function lasting(span: Span): string {
  const seconds = Math.floor(milliseconds(span) / 1000);
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return parts.map((part) => String(part).padStart(2, '0')).join(':');
}

function instantOf(option: string, text: string): Instant {
  try {
    return parseInstant(text);
  } catch (thrown) {
    throw new Problem('config-invalid', `${option}: ${Problem.from(thrown).detail}`);
  }
}
