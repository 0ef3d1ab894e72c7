// In which language the console speaks: Chinese unless somebody chose English, and remembered on this machine.
import { createContext, useContext, useEffect, useMemo, useState, type ReactNode } from 'react';

export type Language = 'zh' | 'en';

/** One text in both languages. A file of words is a list of these: one that lacks a language does not compile. */
export type Word = readonly [zh: string, en: string];
export type Say = (word: Word) => string;

const KEPT = 'exportgate.language';

function kept(): Language {
  try {
    return localStorage.getItem(KEPT) === 'en' ? 'en' : 'zh';
  } catch {
    return 'zh';
  }
}

interface Speech {
  language: Language;
  say: Say;
  speak(language: Language): void;
}

const Speaking = createContext<Speech | null>(null);

export function LanguageProvider({ children }: { children: ReactNode }) {
  const [language, setLanguage] = useState(kept);
  useEffect(() => {
    document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
  }, [language]);
  const speech = useMemo<Speech>(
    () => ({
      language,
      say: ([zh, en]) => (language === 'zh' ? zh : en),
      speak(next) {
        setLanguage(next);
        try {
          localStorage.setItem(KEPT, next);
        } catch {
          // A browser that keeps nothing: the choice counts until the page is left.
        }
      },
    }),
    [language],
  );
  return <Speaking value={speech}>{children}</Speaking>;
}

export function useSpeech(): Speech {
  const speech = useContext(Speaking);
  if (!speech) throw new Error('No language is spoken here.');
  return speech;
}

export const useSay = (): Say => useSpeech().say;
