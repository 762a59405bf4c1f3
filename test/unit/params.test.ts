import fc from 'fast-check';
import { describe, expect, expectTypeOf, it } from 'vitest';

import { BgcutError } from '#lib/errors';
import { flagsOf } from '#lib/params/flags';
import { boolean, integer, number } from '#lib/params/grammar';
import { nearest } from '#lib/params/nearest';
import {
  callOptions,
  engineOptions,
  type EngineOptions,
  type RemoveOptions,
} from '#lib/params/options';
import { apiName, readFields, readOptions } from '#lib/params/parameter';
import { parameters, type Parameters } from '#lib/params/table';

const defaults = { size: 'preview', format: 'auto', channels: 'rgba' };

function thrownBy(act: () => unknown): BgcutError {
  try {
    act();
  } catch (error) {
    if (error instanceof BgcutError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('typed options', () => {
  it('have the API’s defaults', () => {
    for (const none of [undefined, null, {}, { size: undefined, format: null, channels: '' }]) {
      expect(readOptions(parameters, none)).toEqual(defaults);
    }
  });

  it.each([
    ['preview', 'preview'],
    ['small', 'preview'],
    ['regular', 'preview'],
    ['medium', 'medium'],
    ['hd', 'hd'],
    ['full', 'full'],
    ['4k', 'full'],
    ['50MP', '50MP'],
    ['auto', 'auto'],
    [' 50mp ', '50MP'],
    ['Full', 'full'],
    ['4K', 'full'],
  ])('size %j reads as %s', (given, canonical) => {
    expect(readOptions(parameters, { size: given }).size).toBe(canonical);
  });

  it.each([
    ['size', 'huge', 'invalid_size'],
    ['size', 25, 'invalid_size'],
    ['size', ['full'], 'invalid_size'],
    ['size', 'constructor', 'invalid_size'],
    ['format', 'gif', 'invalid_format'],
    ['format', 'jpeg', 'invalid_format'],
    ['channels', 'rgb', 'invalid_channels'],
    ['channels', {}, 'invalid_channels'],
  ])('%s %j is %s, and the detail lists the values', (name, value, code) => {
    const error = thrownBy(() => readOptions(parameters, { [name]: value }));
    expect(error.code).toBe(code);
    expect(error.detail).toMatch(/^Expected \w+( \| \w+)+, received .+\.$/);
  });

  it('never repeats a long value or the contents of an object', () => {
    const error = thrownBy(() => readOptions(parameters, { size: 'x'.repeat(10_000) }));
    expect(error.message.length).toBeLessThan(300);
    expect(
      thrownBy(() => readOptions(parameters, { size: { key: 'secret' } })).message,
    ).not.toContain('secret');
  });

  it('refuse a name that does not exist, and name the nearest', () => {
    const detail = (name: string) => {
      const error = thrownBy(() => readOptions(callOptions, { [name]: 'x' }));
      expect(error.code).toBe('invalid_option');
      return error.detail;
    };
    expect(detail('Size')).toContain('Did you mean "size"?');
    expect(detail('fromat')).toContain('Did you mean "format"?');
    expect(detail('time_out')).toContain('Did you mean "timeout"?');
    expect(detail('quality')).toContain('The options are size, format, channels');
  });

  it.each([['full'], [7], [true], [['full']]])('refuse %j instead of an object', (options) => {
    expect(thrownBy(() => readOptions(parameters, options)).code).toBe('invalid_option');
  });

  it('read a canonical value as itself', () => {
    const value = fc.record({
      size: fc.constantFrom(...parameters.size.grammar.values!.map((v) => v.value)),
      format: fc.constantFrom(...parameters.format.grammar.values!.map((v) => v.value)),
      channels: fc.constantFrom(...parameters.channels.grammar.values!.map((v) => v.value)),
    });
    fc.assert(
      fc.property(value, (options) => {
        expect(readOptions(parameters, options)).toEqual(options);
      }),
    );
  });
});

describe('form fields', () => {
  it('ignore unknown names, trim, and take any letter case', () => {
    const fields = [
      ['api_key', 'x'],
      ['size', ' FULL '],
      ['format', ''],
      ['channels', '  '],
    ] as const;
    expect(readFields(parameters, fields)).toEqual({ ...defaults, size: 'full' });
  });

  it('take the last of a repeated field', () => {
    expect(
      readFields(parameters, [
        ['size', 'hd'],
        ['size', 'full'],
      ]).size,
    ).toBe('full');
  });

  it('throw the same errors as typed options', () => {
    expect(thrownBy(() => readFields(parameters, [['format', 'bmp']])).code).toBe('invalid_format');
  });

  it('never fail in any other way, whatever is sent', () => {
    const field = fc.tuple(
      fc.constantFrom('size', 'format', 'channels', '__proto__', 'x'),
      fc.anything(),
    );
    fc.assert(
      fc.property(fc.array(field), (fields) => {
        try {
          const values = readFields(parameters, fields);
          expect(Object.keys(values)).toEqual(Object.keys(parameters));
        } catch (error) {
          expect(error).toBeInstanceOf(BgcutError);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('own options', () => {
  it.each([
    [{ device: 'gpu' }, 'invalid_device'],
    [{ model: 7 }, 'invalid_model'],
    [{ model: { file: 'x.onnx' } }, 'invalid_model'],
    [{ threads: 0 }, 'invalid_threads'],
    [{ threads: 1.5 }, 'invalid_threads'],
    [{ concurrency: 0 }, 'invalid_concurrency'],
    [{ queue: -1 }, 'invalid_queue'],
    [{ queue: NaN }, 'invalid_queue'],
    [{ cacheDir: {} }, 'invalid_cache_dir'],
    [{ offline: 'maybe' }, 'invalid_offline'],
    [{ thread: 2 }, 'invalid_option'],
  ])('createEngine refuses %j as %s', (options, code) => {
    expect(thrownBy(() => readOptions(engineOptions, options)).code).toBe(code);
  });

  it.each([
    [{ timeout: -1 }, 'invalid_timeout'],
    [{ timeout: Infinity }, 'invalid_timeout'],
    [{ timeout: 2 ** 31 }, 'invalid_timeout'],
    [{ signal: {} }, 'invalid_signal'],
    [{ signal: 'x' }, 'invalid_signal'],
  ])('a call refuses %j as %s', (options, code) => {
    expect(thrownBy(() => readOptions(callOptions, options)).code).toBe(code);
  });

  it('have defaults', () => {
    const none = undefined;
    expect(readOptions(engineOptions, {})).toEqual({
      device: 'auto',
      model: 'isnet',
      threads: none,
      concurrency: 1,
      queue: 16,
      cacheDir: none,
      offline: none,
    });
    expect(readOptions(callOptions, {})).toEqual({ ...defaults, signal: none, timeout: 0 });
  });

  it('can be given as text, as the command line does', () => {
    const given = { device: 'CPU', threads: '2', queue: '0', offline: '1' };
    expect(readOptions(engineOptions, given)).toMatchObject({
      device: 'cpu',
      threads: 2,
      queue: 0,
      offline: true,
    });
    expect(thrownBy(() => readOptions(engineOptions, { threads: '2 cores' })).code).toBe(
      'invalid_threads',
    );
  });

  it('take a signal of any realm by its members', () => {
    const { signal } = new AbortController();
    expect(readOptions(callOptions, { signal }).signal).toBe(signal);
  });
});

describe('grammars', () => {
  it.each([
    ['1', 1],
    ['256', 256],
    ['0', undefined],
    ['257', undefined],
    ['1e1', undefined],
    ['-1', undefined],
    ['1.0', undefined],
  ])('integer 1..256 reads %j as %s', (text, value) => {
    expect(integer(1, 256).fromText(text)).toBe(value);
  });

  it.each([
    ['0', 0],
    ['2.5', 2.5],
    ['.5', undefined],
    ['11', undefined],
    ['NaN', undefined],
    ['Infinity', undefined],
  ])('number 0..10 reads %j as %s', (text, value) => {
    expect(number(0, 10).fromText(text)).toBe(value);
  });

  it.each([
    ['true', true],
    ['FALSE', false],
    ['1', true],
    ['0', false],
    ['yes', undefined],
    ['constructor', undefined],
  ])('boolean reads %j as %s', (text, value) => {
    expect(boolean().fromText(text)).toBe(value);
  });
});

describe('the table', () => {
  it('has defaults that its own grammars read', () => {
    for (const [name, entry] of Object.entries({ ...callOptions, ...engineOptions })) {
      if (entry.default === undefined) continue;
      expect(readOptions({ [name]: entry }, { [name]: entry.default })[name], name).toBe(
        entry.default,
      );
    }
  });

  it('gives the types of the options', () => {
    type Size = 'preview' | 'small' | 'regular' | 'medium' | 'hd' | 'full' | '4k' | '50MP' | 'auto';
    expectTypeOf<RemoveOptions['size']>().toEqualTypeOf<Size | undefined>();
    expectTypeOf<RemoveOptions['signal']>().toEqualTypeOf<AbortSignal | undefined>();
    expectTypeOf<RemoveOptions['timeout']>().toEqualTypeOf<number | undefined>();
    expectTypeOf<EngineOptions['offline']>().toEqualTypeOf<boolean | undefined>();
    expectTypeOf<Parameters>().toEqualTypeOf<{
      readonly size: 'preview' | 'medium' | 'hd' | 'full' | '50MP' | 'auto';
      readonly format: 'auto' | 'png' | 'jpg' | 'webp' | 'zip';
      readonly channels: 'rgba' | 'alpha';
    }>();
  });

  it('gives the flags of the command line', () => {
    expect(apiName('cropMargin')).toBe('crop_margin');
    const flags = flagsOf({ ...callOptions, ...engineOptions }, ['signal']);
    expect(flags.map((flag) => flag.name)).toEqual([
      'size',
      'format',
      'channels',
      'timeout',
      'device',
      'model',
      'threads',
      'concurrency',
      'queue',
      'cacheDir',
      'offline',
    ]);
    expect(flags.find((flag) => flag.name === 'cacheDir')?.flags).toBe('--cache-dir <value>');
    expect(flags[1]?.description).toBe(
      'The format of the result. (auto | png | jpg | webp | zip; default auto)',
    );
  });
});

describe('nearest', () => {
  it.each([
    ['crop_margin', 'cropMargin'],
    ['colour', undefined],
    ['bgcolour', 'bgColor'],
    ['', undefined],
    ['z'.repeat(5000), undefined],
  ])('%j is probably %j', (name, expected) => {
    expect(nearest(name, ['cropMargin', 'bgColor', 'scale'])).toBe(expected);
  });
});
