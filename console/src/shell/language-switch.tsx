// From one language to the other; the button says so in the language that one will get.
import { GlobalOutlined } from '@ant-design/icons';
import { Button } from 'antd';
import { useSpeech } from '../words/language.js';
import { shellWords as words } from './words.js';

export function LanguageSwitch() {
  const { say, language, speak } = useSpeech();
  return (
    <Button type="text" icon={<GlobalOutlined />} lang={language === 'zh' ? 'en' : 'zh-CN'} onClick={() => speak(language === 'zh' ? 'en' : 'zh')}>
      {say(words.otherLanguage)}
    </Button>
  );
}
