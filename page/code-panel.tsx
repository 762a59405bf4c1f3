/** The request as code, to be copied. */
import type { VNode } from 'preact';
import { useId, useRef, useState } from 'preact/hooks';

import { asCurl, asNode, type Sample } from './code';

const languages = { curl: asCurl, 'Node.js': asNode } as const;
type Language = keyof typeof languages;
const names = Object.keys(languages) as Language[];

export function CodePanel({ sample }: { sample: Sample }): VNode {
  const group = useId();
  const [language, setLanguage] = useState<Language>('curl');
  const [copied, setCopied] = useState(false);
  const text = useRef<HTMLPreElement>(null);

  async function copy(): Promise<void> {
    setCopied(await copyText(text.current));
    setTimeout(() => setCopied(false), 2000);
  }

  return (
    <section class="card code" aria-labelledby="code">
      <div class="head">
        <h2 id="code">This request as code</h2>
        <fieldset class="segments">
          <legend class="unseen">Language</legend>
          {names.map((each) => (
            <label key={each}>
              <input
                type="radio"
                class="unseen"
                name={group}
                checked={each === language}
                onChange={() => setLanguage(each)}
              />
              <span>{each}</span>
            </label>
          ))}
        </fieldset>
        <button type="button" onClick={() => void copy()}>
          {copied ? 'Copied' : 'Copy'}
        </button>
        <span class="unseen" role="status">
          {copied && 'Copied to the clipboard'}
        </span>
      </div>
      <pre ref={text} tabIndex={0} role="region" aria-label={`Code for ${language}`}>
        <code>{languages[language](sample)}</code>
      </pre>
      <p class="hint">
        The key is read from the variable <code>API_KEY</code>.
      </p>
    </section>
  );
}

/** Whether the text is in the clipboard. Without HTTPS a browser offers none: the text is then selected. */
async function copyText(place: HTMLElement | null): Promise<boolean> {
  if (place === null) return false;
  try {
    await navigator.clipboard.writeText(place.textContent);
    return true;
  } catch {
    getSelection()?.selectAllChildren(place);
    return false;
  }
}
