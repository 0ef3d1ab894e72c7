// Times as people here read them: Beijing time, whatever the machine says; and the clock to a deadline.
import { useEffect, useState } from 'react';
import { useSpeech, type Language, type Word } from '../words/language.js';
import { partWords as words } from './words.js';

const made = new Map<string, Intl.DateTimeFormat>();

function formatOf(language: Language, withSeconds: boolean): Intl.DateTimeFormat {
  const key = `${language} ${withSeconds}`;
  let format = made.get(key);
  if (!format) {
    format = new Intl.DateTimeFormat(language === 'zh' ? 'zh-CN' : 'en-GB', {
      ...{ timeZone: 'Asia/Shanghai', hourCycle: 'h23', year: 'numeric', month: language === 'zh' ? '2-digit' : 'short', day: '2-digit' },
      ...{ hour: '2-digit', minute: '2-digit', ...(withSeconds && { second: '2-digit' }) },
    } as Intl.DateTimeFormatOptions);
    made.set(key, format);
  }
  return format;
}

/** `2026-03-01 10:00` or `01 Mar 2026, 10:00`. */
export function timeText(instant: string, language: Language, withSeconds = false): string {
  const date = new Date(instant);
  if (Number.isNaN(date.getTime())) return instant;
  const text = formatOf(language, withSeconds).format(date);
  return language === 'zh' ? text.replaceAll('/', '-') : text;
}

export function Time({ at, seconds = false }: { at: string; seconds?: boolean }) {
  const { language, say } = useSpeech();
  return (
    <time dateTime={at} title={say(words.beijing)} className="time">
      {timeText(at, language, seconds)}
    </time>
  );
}

/** From one to the other; the second one's day is left out where it is the same. */
export function Span({ from, to }: { from: string; to: string }) {
  const { language } = useSpeech();
  const [first, last] = [timeText(from, language, true), timeText(to, language, true)];
  const [day] = language === 'zh' ? first.split(' ') : first.split(', ');
  const end = day && last.startsWith(day) ? last.slice(day.length).replace(/^,? /, '') : last;
  return (
    <span className="time">
      <time dateTime={from}>{first}</time> – <time dateTime={to}>{end}</time>
    </span>
  );
}

/** The present, anew every `stepMs`. */
export function useNow(stepMs = 30_000): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), stepMs);
    return () => clearInterval(timer);
  }, [stepMs]);
  return now;
}

function lengthOf(ms: number): Word {
  const minutes = Math.floor(Math.abs(ms) / 60_000);
  const hours = Math.floor(minutes / 60);
  if (hours >= 24) return words.days(Math.floor(hours / 24), hours % 24);
  return hours > 0 ? words.hours(hours, minutes % 60) : words.minutes(minutes);
}

/** How much is left until then, or how long it is over. */
export function Deadline({ at }: { at: string }) {
  const { say } = useSpeech();
  const left = Date.parse(at) - useNow();
  const tone = left < 0 ? 'over' : left < 24 * 3_600_000 ? 'near' : 'far';
  return <span className={`deadline ${tone}`}>{say(left < 0 ? words.over(lengthOf(left)) : words.left(lengthOf(left)))}</span>;
}
