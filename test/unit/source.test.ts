import { execFileSync } from 'node:child_process';
import { createReadStream, mkdtempSync, openAsBlob, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { getEventListeners } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';
import vm from 'node:vm';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import type { BgcutError } from '#lib/errors';
import { maxSourceBytes } from '#lib/limits';
import { decodeBase64 } from '#lib/source/base64';
import { describeFileType } from '#lib/source/filetype';
import { readSource } from '#lib/source/source';

const content = Buffer.from(Array.from({ length: 100_000 }, (_, i) => i % 251));
let folder: string;
let file: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bgcut source & co-'));
  file = join(folder, 'a picture%20.jpg');
  writeFileSync(file, content);
});
afterAll(() => rmSync(folder, { recursive: true }));

function exactCopy(bytes: Uint8Array): ArrayBuffer {
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
}

async function* pieces(bytes: Uint8Array, size = 7919): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) {
    await nextTurn();
    yield bytes.subarray(at, at + size);
  }
}

describe('every form of input gives the same bytes', () => {
  const forms: Record<string, () => unknown> = {
    'a path': () => file,
    'a file URL': () => pathToFileURL(file),
    'a file URL as text': () => pathToFileURL(file).href,
    'a Buffer': () => content,
    'a part of a larger buffer': () =>
      Buffer.concat([Buffer.from('xx'), content, Buffer.from('yy')]).subarray(2, -2),
    'a Uint16Array': () => new Uint16Array(exactCopy(content)),
    'a DataView': () => new DataView(exactCopy(content)),
    'an ArrayBuffer': () => exactCopy(content),
    'an ArrayBuffer of another realm': () => {
      const foreign = vm.runInNewContext(`new Uint8Array(${content.length})`) as Uint8Array;
      foreign.set(content);
      return foreign.buffer;
    },
    'a SharedArrayBuffer': () => {
      const shared = new SharedArrayBuffer(content.length);
      new Uint8Array(shared).set(content);
      return shared;
    },
    'a Blob': () => new Blob([content]),
    'a File': () => new File([content], 'x.png', { type: 'image/png' }),
    'a Blob of a file': () => openAsBlob(file),
    'a file stream': () => createReadStream(file),
    'a piped stream': () => createReadStream(file).pipe(new PassThrough()),
    'a web stream': () => new Blob([content]).stream(),
    'a web stream of a fetch': () => new Response(content).body,
    'an async iterable': () => pieces(content),
    base64: () => ({ base64: content.toString('base64') }),
    'base64 for URLs': () => ({ base64: content.toString('base64url') }),
    'base64 in lines': () => ({ base64: content.toString('base64').replace(/.{76}/g, '$&\r\n') }),
    'a data URL': () => ({
      base64: `data:image/jpeg;charset=x;base64,${content.toString('base64')}`,
    }),
  };

  it.each(Object.keys(forms))('%s', async (name) => {
    const bytes = await readSource(await forms[name]!());
    expect(bytes).toBeInstanceOf(Uint8Array);
    expect(Buffer.from(bytes).equals(content)).toBe(true);
  });

  it('bytes are copied at once, shared ones too', async () => {
    const bytes = Buffer.from(content);
    const shared = new Uint8Array(new SharedArrayBuffer(content.length));
    shared.set(content);
    const reading = [bytes, bytes.buffer, shared].map((input) => readSource(input));
    bytes.fill(0);
    shared.fill(0);
    const [fromView, , fromShared] = await Promise.all(reading);
    expect(Buffer.from(fromView!).equals(content)).toBe(true);
    expect(Buffer.from(fromShared!).equals(content)).toBe(true);
    expect(fromShared!.buffer).toBeInstanceOf(ArrayBuffer);
  });
});

describe('what is no picture source', () => {
  it.each([
    undefined,
    null,
    '',
    Buffer.alloc(0),
    new Blob([]),
    Readable.from([]),
    { base64: '' },
    { base64: 'data:image/png;base64,' },
    { url: '' },
    { url: ' ' },
  ])('%# is missing', async (input) => {
    await expect(readSource(input)).rejects.toMatchObject({ code: 'missing_source' });
  });

  it.each([
    7,
    true,
    Symbol('x'),
    () => file,
    {},
    [],
    { path: 'x' },
    { base64: 7 },
    [content],
    { url: 7 },
    new URL('https://example.com/a.jpg'),
    new URL('data:image/png;base64,AAAA'),
  ])('%# is invalid, and the detail says what is taken', async (input) => {
    const error = await readSource(input).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: 'invalid_input',
      detail: expect.stringMatching(/path|URL/) as string,
    });
  });

  it('more than one', async () => {
    await expect(readSource({ base64: 'AAAA', url: 'https://example.com' })).rejects.toMatchObject({
      code: 'multiple_sources',
    });
  });

  it('a web address that is none, or that may not be fetched', async () => {
    const codes = async (url: string | URL) =>
      Promise.all(
        (['image', 'background'] as const).map((errors) =>
          readSource({ url }, { errors }).catch((thrown: unknown) => (thrown as BgcutError).code),
        ),
      );
    expect(await codes('example.com/a.jpg')).toEqual(['invalid_image_url', 'invalid_bg_image_url']);
    expect(await codes('file:///a.jpg')).toEqual(['invalid_image_url', 'invalid_bg_image_url']);
    const local = new URL('http://127.0.0.1:9/a.jpg');
    expect(await codes(local)).toEqual(['failed_image_download', 'failed_bg_download']);
  });

  it('a web address or a data URL as a path says what to do instead', async () => {
    await expect(readSource('https://example.com/a.jpg')).rejects.toMatchObject({
      code: 'invalid_input',
      detail: expect.stringContaining('{ url }') as string,
    });
    await expect(readSource('data:image/png;base64,AAAA')).rejects.toMatchObject({
      code: 'invalid_input',
      detail: expect.stringContaining('{ base64 }') as string,
    });
  });

  it.each([
    ['a missing file', () => join(folder, 'none.jpg'), /none\.jpg: there is no such file\.$/],
    ['a folder', () => folder, /: it is a folder\.$/],
    ['a path through a file', () => join(file, 'x.jpg'), /: a part of the path is not a folder\.$/],
    ['a path with a null byte', () => 'a\0b', /the path is not valid/],
  ])('%s says so', async (_, path, detail) => {
    await expect(readSource(path())).rejects.toMatchObject({
      code: 'source_unreadable',
      detail: expect.stringMatching(detail) as string,
    });
  });
});

describe('the size limit', () => {
  const limits = { maxBytes: 1000 };
  const bytes = (length: number) => Buffer.alloc(length, 'a');

  it('is 22 MB', () => expect(maxSourceBytes).toBe(22_000_000));

  const forms: Record<string, (data: Buffer) => unknown> = {
    bytes: (data) => data,
    'shared memory': (data) => {
      const s = new SharedArrayBuffer(data.length);
      return s;
    },
    'a Blob': (data) => new Blob([data]),
    'a path': (data) => {
      const path = join(folder, `${data.length}.bin`);
      writeFileSync(path, data);
      return path;
    },
    'a stream': (data) => Readable.from(pieces(data, 100)),
    'a web stream': (data) => new Blob([data]).stream(),
    base64: (data) => ({ base64: data.toString('base64') }),
  };

  it.each(Object.keys(forms))('counts %s to the byte', async (name) => {
    expect((await readSource(forms[name]!(bytes(1000)), limits)).byteLength).toBe(1000);
    await expect(readSource(forms[name]!(bytes(1001)), limits)).rejects.toMatchObject({
      code: 'file_too_large',
    });
  });

  it('stops an endless stream at the first chunk beyond it, and ends the stream', async () => {
    let given = 0;
    let ended = false;
    const endless = async function* () {
      try {
        for (;;) {
          given += 1;
          await nextTurn();
          yield bytes(100);
        }
      } finally {
        ended = true;
      }
    };
    await expect(readSource(endless(), limits)).rejects.toMatchObject({ code: 'file_too_large' });
    expect(given).toBe(11);
    await nextTurn();
    expect(ended).toBe(true);
  });

  it('ends Node and web streams', async () => {
    const node = Readable.from(pieces(bytes(5000), 100));
    await expect(readSource(node, limits)).rejects.toMatchObject({ code: 'file_too_large' });
    expect(node.destroyed).toBe(true);

    let reason: unknown = 'not cancelled';
    const web = new ReadableStream({
      pull: (controller) => controller.enqueue(bytes(600)),
      cancel: (given) => {
        reason = given;
      },
    });
    await expect(readSource(web, limits)).rejects.toMatchObject({ code: 'file_too_large' });
    await nextTurn();
    expect(reason).toBeUndefined();
  });

  it('does not believe the size that a Blob claims', async () => {
    const liar = { size: 1, stream: () => new Blob([bytes(5000)]).stream() };
    await expect(readSource(liar, limits)).rejects.toMatchObject({ code: 'file_too_large' });
  });

  it('checks the length of base64 before decoding', async () => {
    const decode = vi.spyOn(Buffer, 'from');
    const reading = readSource({ base64: 'A'.repeat(31_000_000) });
    await expect(reading).rejects.toMatchObject({ code: 'file_too_large' });
    const encodings = (decode.mock.calls as unknown[][]).map((given) => given[1]);
    expect(encodings).not.toContain('base64');
    decode.mockRestore();
  });
});

describe('streams that fail', () => {
  it('carry the original error as the cause', async () => {
    const broken = new Error('socket hang up at 10.0.0.1');
    const stream = Readable.from(
      (async function* () {
        yield content;
        await Promise.resolve();
        throw broken;
      })(),
    );
    const error = await readSource(stream).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'source_unreadable', cause: broken });
    expect((error as Error).message).not.toContain('10.0.0.1');
  });

  it.each([
    ['a stream of a missing file', () => createReadStream(join(folder, 'none'))],
    ['a destroyed stream', () => Readable.from([content]).destroy()],
    [
      'a web stream in use',
      () => {
        const s = new Blob([content]).stream();
        s.getReader();
        return s;
      },
    ],
    [
      'a stream that closes early',
      () => {
        const s = new PassThrough();
        s.write('x');
        setImmediate(() => s.destroy());
        return s;
      },
    ],
  ])('%s is unreadable', async (_, input) => {
    await expect(readSource(input())).rejects.toMatchObject({ code: 'source_unreadable' });
  });

  it('of text are invalid', async () => {
    await expect(readSource(Readable.from(['text']))).rejects.toMatchObject({
      code: 'invalid_input',
    });
    await expect(readSource(createReadStream(file, 'latin1'))).rejects.toMatchObject({
      code: 'invalid_input',
    });
  });
});

describe('an abort', () => {
  const silent: Record<string, () => unknown> = {
    'a Node stream': () => new PassThrough(),
    'a web stream': () => new ReadableStream({}),
    'an async iterable': () => ({
      [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => undefined) }),
    }),
  };

  it.each(Object.keys(silent))(
    'ends the wait for %s with its reason and leaves no listener',
    async (name) => {
      const controller = new AbortController();
      const input = silent[name]!();
      const reading = readSource(input, { signal: controller.signal });
      const reason = new Error('changed my mind');
      setTimeout(() => controller.abort(reason), 5);
      await expect(reading).rejects.toBe(reason);
      expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
      if (input instanceof PassThrough) expect(input.destroyed).toBe(true);
    },
  );

  it.skipIf(process.platform === 'win32')(
    'ends the wait for a pipe that nobody writes to',
    async () => {
      const pipe = join(folder, 'pipe');
      execFileSync('mkfifo', [pipe]);
      const reading = readSource(pipe, { signal: AbortSignal.timeout(20) });
      await expect(reading).rejects.toMatchObject({ name: 'TimeoutError' });
      writeFileSync(pipe, 'x'); // lets the waiting thread go
    },
  );

  it('before the call touches nothing', async () => {
    const stream = Readable.from([content]);
    await expect(readSource(stream, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      name: 'AbortError',
    });
    expect(stream.destroyed).toBe(false);
    expect(stream.readableDidRead).toBe(false);
  });
});

describe('base64', () => {
  it('decodes whatever was encoded, padded or not', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 100 }), (bytes) => {
        const text = Buffer.from(bytes).toString('base64');
        for (const form of [text, text.replace(/=+$/, ''), ` ${text}\n`, `data:;base64,${text}`]) {
          expect(Buffer.from(decodeBase64(form, 1000)).equals(bytes)).toBe(true);
        }
      }),
    );
  });

  it.each([
    'A',
    'AAAAA',
    'QQ=',
    'QQ==QQ==',
    'QUJD*',
    'QU*JD',
    '====',
    'Äöü!',
    'data:image/png,AAAA',
    '{"base64":"AAAA"}',
  ])('%j is malformed', (text) => {
    expect(() => decodeBase64(text, 1000)).toThrow(
      expect.objectContaining({ code: 'invalid_input' }) as Error,
    );
  });
});

describe('the kind of a file', () => {
  it.each([
    ['GIF89a', ', received gif'],
    ['%PDF-1.7', ', received pdf'],
    ['just some text, as in a mistaken upload', ''],
    ['', ''],
  ])('%j', async (start, said) => {
    expect(
      await describeFileType(
        Buffer.from(start.padEnd(64, '\0').slice(0, Math.max(64, start.length))),
      ),
    ).toBe(`Expected jpg/png/webp${said}`);
  });
});
