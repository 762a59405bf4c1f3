/** The API as this page calls it: with the visitor's key, on the server that it came from. */
import { type ApiDocument, type Control, controlsOf, type Values } from './parameters';

/** The address of something on this server. */
export const addressOf = (path: string): string => new URL(path, document.baseURI).href;

/** A picture that has been cut out. */
export interface Result {
  readonly blob: Blob;
  /** What people call the format: png, jpg, webp, zip. */
  readonly format: string;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  /** What the subject is, where that was asked for. */
  readonly type: string | undefined;
  readonly credits: number;
  /** Milliseconds on the server. */
  readonly took: number | undefined;
}

/** A refusal as the API words it, or what stands in its place where no answer came. */
export class Refusal extends Error {
  constructor(
    readonly title: string,
    readonly detail: string | undefined,
    /** 0 where no answer came. */
    readonly status: number,
    readonly code: string | undefined,
    /** Seconds after which it is worth another try. */
    readonly retryAfter: number | undefined,
  ) {
    super(title);
  }
}

/** How far a call has come: bytes first, and then there is nothing to do but wait. */
export type Progress =
  { readonly is: 'uploading'; readonly share: number } | { readonly is: 'working' };

/** The controls of all parameters. Rejects where the server can't be reached. */
export async function fetchControls(): Promise<Control[]> {
  const answer = await fetch(addressOf('openapi.json'));
  return controlsOf((await answer.json()) as ApiDocument);
}

/** What a key has left. */
export interface Account {
  readonly credits: number;
  readonly freeCalls: number;
}

/** The account of a key. Rejects with a Refusal for one that does not serve. */
export async function fetchAccount(key: string): Promise<Account> {
  let answer: Response;
  try {
    answer = await fetch(addressOf('v1.0/account'), { headers: { 'X-Api-Key': key } });
  } catch {
    throw unreachable();
  }
  const text = await answer.text();
  if (!answer.ok) throw refusalOf(answer.status, text, answer.headers.get('Retry-After'));
  const { data } = JSON.parse(text) as {
    data: { attributes: { credits: { total: number }; api: { free_calls: number } } };
  };
  const { credits, api } = data.attributes;
  return { credits: credits.total, freeCalls: api.free_calls };
}

/** What removeBackground() is told. */
export interface Call {
  readonly key: string;
  readonly picture: File;
  readonly values: Values;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
}

/**
 * Sends a picture and resolves with the result. Rejects with a Refusal, and with the signal's reason when it is aborted.
 * Not fetch(), which says nothing of how much has been sent.
 */
export function removeBackground(call: Call): Promise<Result> {
  const { key, picture, values, signal, onProgress } = call;
  const form = new FormData();
  for (const [name, value] of Object.entries(values)) form.append(name, value);
  form.append('image_file', picture);
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const stop = (): void => request.abort();
    signal.addEventListener('abort', stop);
    request.open('POST', addressOf('v1.0/removebg'));
    request.responseType = 'blob';
    request.setRequestHeader('X-Api-Key', key);
    request.upload.onprogress = ({ loaded, total }) =>
      onProgress({ is: 'uploading', share: total > 0 ? loaded / total : 0 });
    request.upload.onload = () => onProgress({ is: 'working' });
    request.onabort = () => reject(signal.reason as Error);
    request.onerror = () => reject(unreachable());
    request.onload = () => void answerOf(request).then(resolve, reject);
    request.onloadend = () => signal.removeEventListener('abort', stop);
    request.send(form);
  });
}

async function answerOf(request: XMLHttpRequest): Promise<Result> {
  const blob = request.response as Blob;
  const header = (name: string): string | null => request.getResponseHeader(name);
  if (request.status !== 200) {
    throw refusalOf(request.status, await blob.text(), header('Retry-After'));
  }
  const [, total] = /\btotal;dur=([\d.]+)/.exec(header('Server-Timing') ?? '') ?? [];
  return {
    blob,
    format: blob.type.replace(/^.*\//, '').replace('jpeg', 'jpg'),
    width: Number(header('X-Width')),
    height: Number(header('X-Height')),
    type: header('X-Type') ?? undefined,
    credits: Number(header('X-Credits-Charged')),
    took: total === undefined ? undefined : Number(total),
  };
}

const unreachable = (): Refusal =>
  new Refusal(
    'The server can not be reached',
    'Check the connection, then try again.',
    0,
    undefined,
    undefined,
  );

function refusalOf(status: number, body: string, retryAfter: string | null): Refusal {
  const seconds = retryAfter === null ? undefined : Number(retryAfter);
  try {
    const [error] = (JSON.parse(body) as { errors: RefusalBody[] }).errors;
    if (error !== undefined) {
      return new Refusal(error.title, error.detail, status, error.code, seconds);
    }
  } catch {
    // Not of the API: a proxy in front of it.
  }
  return new Refusal(`The server answered with ${status}`, undefined, status, undefined, seconds);
}

interface RefusalBody {
  title: string;
  code?: string;
  detail?: string;
}
