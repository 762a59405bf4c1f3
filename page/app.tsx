/** The whole page: what is known, and what happens next. */
import type { VNode } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';

import { type Progress, Refusal, removeBackground, type Result } from './api';
import { CodePanel } from './code-panel';
import { KeyDialog } from './key-dialog';
import { forgetKey, keepKey, keptKey } from './key';
import { type Layers, layersOf, layersOfResult } from './layers';
import { changed, type Control, type Values } from './parameters';
import { Settings } from './settings';
import { Stage } from './stage';

/** A picture that the visitor has given. */
export interface Picture {
  readonly file: File;
  readonly layers: Layers;
}

/** What has come of it. */
export type Outcome =
  | { readonly is: 'nothing' }
  | { readonly is: 'busy'; readonly progress: Progress }
  | { readonly is: 'failed'; readonly refusal: Refusal }
  | { readonly is: 'done'; readonly result: Result; readonly layers: Layers | undefined };

export function App({ controls }: { controls: readonly Control[] }): VNode {
  const [key, setKey] = useState(keptKey);
  const [asking, setAsking] = useState(false);
  const [picture, setPicture] = useState<Picture | undefined>();
  const [outcome, setOutcome] = useState<Outcome>({ is: 'nothing' });
  const [values, setValues] = useState<Values>({});
  /** The values that the result on show was made with. */
  const [done, setDone] = useState<Values | undefined>();
  const call = useRef<AbortController | undefined>(undefined);
  useGivenPictures(choose);
  useReleased(picture?.layers);
  useReleased(outcome.is === 'done' ? outcome.layers : undefined);

  function choose(file: File): void {
    const next = { file, layers: layersOf(file) };
    setPicture(next);
    if (key === undefined) {
      stop();
      setAsking(true);
    } else void run(key, next);
  }

  function stop(): void {
    call.current?.abort();
    call.current = undefined;
    setOutcome({ is: 'nothing' });
  }

  async function run(withKey: string, { file }: Picture): Promise<void> {
    call.current?.abort();
    const own = new AbortController();
    call.current = own;
    const tell = (next: Outcome): void => {
      if (call.current === own) setOutcome(next);
    };
    setDone(values);
    tell({ is: 'busy', progress: { is: 'uploading', share: 0 } });
    try {
      const result = await removeBackground({
        key: withKey,
        picture: file,
        values,
        signal: own.signal,
        onProgress: (progress) => tell({ is: 'busy', progress }),
      });
      // What can not be shown can still be kept.
      const layers = await layersOfResult(result).catch(() => undefined);
      tell({ is: 'done', result, layers });
    } catch (thrown) {
      if (own.signal.aborted) return;
      if (!(thrown instanceof Refusal)) throw thrown;
      tell({ is: 'failed', refusal: thrown });
    }
  }

  function retry(): void {
    if (picture === undefined) return;
    if (key === undefined) setAsking(true);
    else void run(key, picture);
  }

  function useKey(given: string, remember: boolean): void {
    keepKey(given, remember);
    setKey(given);
    setAsking(false);
    if (picture !== undefined && outcome.is !== 'done') void run(given, picture);
  }

  const wrong = outcome.is === 'failed' ? fieldOf(outcome.refusal, controls) : undefined;
  const format = outcome.is === 'done' ? outcome.result.format : 'png';
  const name = picture?.file.name ?? 'photo.jpg';
  const output = `${name.replace(/\.\w+$/, '')}-cutout.${format}`;
  return (
    <>
      <header class="bar">
        <a class="brand" href="./">
          <Mark />
          BgCut
        </a>
        <nav aria-label="BgCut">
          <a href="docs">Reference</a>
          <button type="button" class="quiet" onClick={() => setAsking(true)}>
            {key === undefined ? 'API key' : `Key …${key.slice(-4)}`}
          </button>
        </nav>
      </header>
      <main>
        <h1>Remove a background</h1>
        <div class="columns">
          <Stage
            picture={picture}
            outcome={outcome}
            output={output}
            stale={done !== values}
            wrong={wrong}
            onChoose={choose}
            onRun={retry}
            onStop={stop}
            onKey={() => setAsking(true)}
          />
          <Settings
            controls={controls}
            values={values}
            wrong={wrong}
            onChange={(control, value) => setValues((before) => changed(before, control, value))}
            onReset={() => setValues({})}
          />
          <CodePanel sample={{ values, picture: name, output }} />
        </div>
      </main>
      <KeyDialog
        open={asking}
        known={key}
        onKey={useKey}
        onForget={() => {
          forgetKey();
          setKey(undefined);
          setAsking(false);
        }}
        onClose={() => setAsking(false)}
      />
    </>
  );
}

/** The field that a refusal is about, where its code names one: invalid_roi, roi_exceeds_bounds. */
const fieldOf = ({ code }: Refusal, controls: readonly Control[]): string | undefined =>
  controls.find(({ name }) => code === `invalid_${name}` || code?.startsWith(`${name}_`))?.name;

const Mark = () => (
  <svg viewBox="0 0 32 32" width="28" height="28" aria-hidden="true">
    <rect width="32" height="32" rx="8" class="mark" />
    <path d="M16 6v20" stroke="#fff" stroke-width="2" stroke-dasharray="2 2.5" />
    <path d="M14 9.2a7 7 0 0 0 0 13.6z" fill="#fff" />
    <path d="M18 9.2a7 7 0 0 1 0 13.6z" fill="#fff" fill-opacity=".4" />
  </svg>
);

/** Takes pictures that are dropped anywhere on the page, or pasted. */
function useGivenPictures(choose: (file: File) => void): void {
  useEffect(() => {
    const given = (event: Event, data: DataTransfer | null): void => {
      const file = data?.files[0];
      if (file === undefined) return;
      event.preventDefault();
      choose(file);
    };
    const over = (event: DragEvent): void => {
      if (event.dataTransfer?.types.includes('Files') !== true) return;
      event.preventDefault();
      document.body.classList.add('dropping');
    };
    const leave = (event: DragEvent): void => {
      if (event.relatedTarget === null) document.body.classList.remove('dropping');
    };
    const drop = (event: DragEvent): void => {
      document.body.classList.remove('dropping');
      given(event, event.dataTransfer);
    };
    const paste = (event: ClipboardEvent): void => given(event, event.clipboardData);
    document.addEventListener('dragover', over);
    document.addEventListener('dragleave', leave);
    document.addEventListener('drop', drop);
    document.addEventListener('paste', paste);
    return () => {
      document.removeEventListener('dragover', over);
      document.removeEventListener('dragleave', leave);
      document.removeEventListener('drop', drop);
      document.removeEventListener('paste', paste);
    };
  });
}

/** Gives back the memory of layers that are no longer shown. */
function useReleased(layers: Layers | undefined): void {
  useEffect(() => () => layers?.release(), [layers]);
}
