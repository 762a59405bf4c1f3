/** The picture: asked for, on its way, compared with its result. */
import type { ComponentChildren, RefObject, VNode } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';

import type { Progress, Refusal, Result } from './api';
import type { Outcome, Picture } from './app';
import { Compare } from './compare';
import { goToSetting } from './settings';

interface StageProps {
  readonly picture: Picture | undefined;
  readonly outcome: Outcome;
  /** The name of the result's file. */
  readonly output: string;
  /** Whether the settings have changed since. */
  readonly stale: boolean;
  /** The field that the API has refused. */
  readonly wrong: string | undefined;
  readonly onChoose: (file: File) => void;
  readonly onRun: () => void;
  readonly onStop: () => void;
  readonly onKey: () => void;
}

export function Stage(props: StageProps): VNode {
  const { picture, outcome, output, stale, wrong, onChoose, onRun, onStop, onKey } = props;
  const section = useFocusKept(outcome.is);
  return (
    <section
      ref={section}
      class="card stage"
      aria-label="Picture"
      aria-busy={outcome.is === 'busy'}
      tabIndex={-1}
    >
      {picture === undefined ? (
        <DropZone onChoose={onChoose} />
      ) : (
        <>
          {outcome.is === 'done' ? (
            <Compare before={picture.layers} after={outcome.layers} result={outcome.result} />
          ) : (
            <Before picture={picture}>
              {outcome.is === 'busy' && <Working progress={outcome.progress} onStop={onStop} />}
            </Before>
          )}
          {outcome.is === 'failed' && (
            <Failure
              key={outcome.refusal}
              refusal={outcome.refusal}
              wrong={wrong}
              onRun={onRun}
              onKey={onKey}
            />
          )}
          {outcome.is === 'done' && <Facts result={outcome.result} />}
          <div class="actions">
            {outcome.is === 'nothing' && (
              <button type="button" class="primary" onClick={onRun}>
                Remove background
              </button>
            )}
            {(outcome.is === 'done' || outcome.is === 'failed') && stale && (
              <button type="button" class="primary apply" onClick={onRun}>
                Apply settings
              </button>
            )}
            {outcome.is === 'done' && (
              <Download result={outcome.result} name={output} isPrimary={!stale} />
            )}
            <ChooseFile onChoose={onChoose} class="button">
              Another picture
            </ChooseFile>
          </div>
        </>
      )}
      <p class="unseen" role="status">
        {spoken(outcome)}
      </p>
    </section>
  );
}

/** Buttons come and go with the state: who has pressed one goes on from here, and not from the top of the page. */
function useFocusKept(state: string): RefObject<HTMLElement | null> {
  const section = useRef<HTMLElement>(null);
  const last = useRef<Element | null>(null);
  useEffect(() => {
    const element = section.current;
    const note = ({ target }: Event): void => {
      last.current = target as Element;
    };
    element?.addEventListener('focusin', note);
    return () => element?.removeEventListener('focusin', note);
  }, []);
  useEffect(() => {
    const isGone = last.current?.isConnected === false;
    if (isGone && document.activeElement === document.body) section.current?.focus();
  }, [state]);
  return section;
}

/** What a screen reader says of the state; refusals are alerts of their own. */
function spoken(outcome: Outcome): string {
  if (outcome.is === 'busy') {
    return outcome.progress.is === 'uploading'
      ? 'Uploading the picture'
      : 'Removing the background';
  }
  if (outcome.is !== 'done') return '';
  const { width, height, format } = outcome.result;
  return `Done: ${width} by ${height} pixels, ${format.toUpperCase()}`;
}

interface ChooseFileProps {
  readonly onChoose: (file: File) => void;
  readonly class: string;
  readonly children: string;
}

/** A file input that looks like a button. */
function ChooseFile({ onChoose, class: look, children }: ChooseFileProps) {
  return (
    <label class={look}>
      <input
        type="file"
        class="unseen"
        accept="image/jpeg,image/png,image/webp"
        onChange={({ currentTarget }) => {
          const file = currentTarget.files?.[0];
          // The same file again is another choice.
          currentTarget.value = '';
          if (file !== undefined) onChoose(file);
        }}
      />
      {children}
    </label>
  );
}

function DropZone({ onChoose }: { onChoose: (file: File) => void }) {
  return (
    <div class="drop">
      <svg viewBox="0 0 48 48" width="56" height="56" aria-hidden="true">
        <rect x="5" y="9" width="38" height="30" rx="5" />
        <circle cx="16" cy="19" r="3.5" />
        <path d="m5 33 10-9 8 7 8-9 12 11" />
      </svg>
      <p class="invitation with-mouse">Drop a picture here</p>
      <p class="hint with-mouse">or paste one, or</p>
      <ChooseFile onChoose={onChoose} class="button primary">
        Choose a picture
      </ChooseFile>
      <p class="hint">JPEG, PNG or WebP</p>
    </div>
  );
}

function Before({ picture, children }: { picture: Picture; children: ComponentChildren }) {
  const [ratio, setRatio] = useState(1);
  return (
    <div class="frame">
      <div class="fit" style={{ '--ratio': ratio }}>
        <img
          src={picture.layers.picture}
          alt={`Your picture, ${picture.file.name}`}
          onLoad={({ currentTarget: { naturalWidth, naturalHeight } }) =>
            setRatio(naturalWidth / naturalHeight)
          }
        />
      </div>
      {children}
    </div>
  );
}

function Working({ progress, onStop }: { progress: Progress; onStop: () => void }) {
  const seconds = useSeconds();
  const uploading = progress.is === 'uploading';
  const percent = uploading ? Math.round(progress.share * 100) : undefined;
  return (
    <div class="working">
      <div class="line">
        <span>{uploading ? `Uploading ${percent} %` : 'Removing the background'}</span>
        <span class="clock" aria-hidden="true">
          {seconds} s
        </span>
      </div>
      <progress
        max={100}
        {...(percent === undefined ? {} : { value: percent })}
        key={progress.is}
        aria-label={uploading ? 'Upload' : 'Removing the background'}
      />
      <button type="button" onClick={onStop}>
        Stop
      </button>
    </div>
  );
}

/** Whole seconds since it appeared. */
function useSeconds(): number {
  const [seconds, setSeconds] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => setSeconds((before) => before + 1), 1000);
    return () => clearInterval(timer);
  }, []);
  return seconds;
}

interface FailureProps {
  readonly refusal: Refusal;
  readonly wrong: string | undefined;
  readonly onRun: () => void;
  readonly onKey: () => void;
}

function Failure({ refusal, wrong, onRun, onKey }: FailureProps) {
  const { title, detail, code, status, retryAfter = 0 } = refusal;
  const left = Math.max(0, retryAfter - useSeconds());
  return (
    <div class="failure">
      <div role="alert">
        <p class="title">{title}</p>
        {detail !== undefined && <p>{detail}</p>}
        {retryAfter > 0 && <p>Another try makes sense after {retryAfter} seconds.</p>}
        {code !== undefined && (
          <p class="hint">
            <code>
              {status} {code}
            </code>
          </p>
        )}
      </div>
      <div class="actions">
        {status === 403 && (
          <button type="button" class="primary" onClick={onKey}>
            Change the key
          </button>
        )}
        {wrong !== undefined && (
          <button type="button" class="primary" onClick={() => goToSetting(wrong)}>
            Show the setting
          </button>
        )}
        <button type="button" disabled={left > 0} onClick={onRun}>
          {left > 0 ? `Try again in ${left} s` : 'Try again'}
        </button>
      </div>
    </div>
  );
}

function Facts({ result }: { result: Result }) {
  const { width, height, format, blob, type, took, credits } = result;
  const facts = [
    `${width} × ${height}`,
    format.toUpperCase(),
    size(blob.size),
    type,
    took === undefined ? undefined : `${(took / 1000).toFixed(took < 995 ? 2 : 1)} s`,
    credits === 0 ? 'nothing charged' : `${credits} ${credits === 1 ? 'credit' : 'credits'}`,
  ];
  return (
    <ul class="facts" aria-label="About the result">
      {facts.map((fact) => fact !== undefined && <li key={fact}>{fact}</li>)}
    </ul>
  );
}

const size = (bytes: number): string =>
  bytes < 1e6 ? `${Math.ceil(bytes / 1000)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;

interface DownloadProps {
  readonly result: Result;
  readonly name: string;
  readonly isPrimary: boolean;
}

function Download({ result, name, isPrimary }: DownloadProps) {
  const [url, setUrl] = useState<string>();
  useEffect(() => {
    const made = URL.createObjectURL(result.blob);
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [result.blob]);
  return (
    <a class={isPrimary ? 'button primary' : 'button'} href={url} download={name}>
      Download {result.format.toUpperCase()}
    </a>
  );
}
