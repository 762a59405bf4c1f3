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

const none = undefined;
const zero = { px: 0 };
const defaults = {
  size: 'preview',
  type: 'auto',
  typeLevel: '1',
  format: 'auto',
  roi: { x1: { percent: 0 }, y1: { percent: 0 }, x2: { percent: 100 }, y2: { percent: 100 } },
  crop: false,
  cropMargin: { top: zero, right: zero, bottom: zero, left: zero },
  scale: 'original',
  position: none,
  channels: 'rgba',
  addShadow: false,
  shadowType: none,
  shadowOpacity: {
    car: 90,
    product: 50,
    person: 50,
    animal: 50,
    transportation: 50,
    graphic: 50,
    other: 50,
  },
  semitransparency: true,
  bgColor: none,
  bgImageUrl: none,
  bgImageFile: none,
};

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
    expect(detail('engine')).toContain('The options are size, type, typeLevel, format');
  });

  it.each([['full'], [7], [true], [['full']]])('refuse %j instead of an object', (options) => {
    expect(thrownBy(() => readOptions(parameters, options)).code).toBe('invalid_option');
  });

  it('read every documented name as itself, and every alias as one of those', () => {
    for (const [name, { grammar }] of Object.entries(parameters)) {
      if ('fromParts' in grammar) continue;
      const names = grammar.values?.map(({ value }) => value) ?? [];
      for (const value of names) {
        expect(readOptions(parameters, { [name]: value })).toEqual({ ...defaults, [name]: value });
      }
      for (const alias of grammar.values?.flatMap(({ aliases }) => aliases) ?? []) {
        const values: Record<string, unknown> = readOptions(parameters, { [name]: alias });
        expect(names).toContain(values[name]);
      }
    }
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
    const strange = ['__proto__', 'x', 'shadow_type[', 'shadow_type[]', 'shadow_type[__proto__]'];
    const field = fc.tuple(
      fc.constantFrom(...Object.keys(parameters).map(apiName), ...strange),
      fc.oneof(
        fc.anything(),
        fc.string({ unit: fc.constantFrom(...Array.from(' 0159.%px#af-xe')), maxLength: 12 }),
      ),
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
      { numRuns: 3000 },
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
    expect(readOptions(engineOptions, {})).toEqual({
      device: 'auto',
      model: 'isnet',
      threads: none,
      concurrency: 2,
      queue: 16,
      cacheDir: none,
      offline: none,
    });
    expect(readOptions(callOptions, {})).toEqual({
      ...defaults,
      quality: 'balanced',
      effort: 'fast',
      signal: none,
      timeout: 0,
    });
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
      const value = readOptions({ [name]: entry }, {})[name];
      expect(value, name).toBeDefined();
      expect(readOptions({ [name]: entry }, { [name]: entry.default })[name]).toEqual(value);
    }
  });

  it('gives the types of the options', () => {
    type Size = 'preview' | 'small' | 'regular' | 'medium' | 'hd' | 'full' | '4k' | '50MP' | 'auto';
    expectTypeOf<RemoveOptions['size']>().toEqualTypeOf<Size | undefined>();
    expectTypeOf<RemoveOptions['signal']>().toEqualTypeOf<AbortSignal | undefined>();
    expectTypeOf<RemoveOptions['timeout']>().toEqualTypeOf<number | undefined>();
    expectTypeOf<EngineOptions['offline']>().toEqualTypeOf<
      boolean | 'true' | 'false' | undefined
    >();
    expectTypeOf<RemoveOptions['typeLevel']>().toEqualTypeOf<
      'none' | '1' | '2' | 'latest' | 1 | 2 | undefined
    >();
    expectTypeOf<{
      shadowType: { person: '3D' };
      shadowOpacity: { car: 80; person: 'auto' };
      cropMargin: [10, '5%'];
      roi: { x1: 0; y1: '10%'; x2: 300; y2: '100%' };
      position: { x: 10; y: '20%' };
      bgColor: { r: 1; g: 2; b: 3; alpha: 0.5 };
      bgImageFile: Uint8Array;
    }>().toExtend<RemoveOptions>();
    expectTypeOf<{ shadowType: { person: 'long' } }>().not.toExtend<RemoveOptions>();
    expectTypeOf<{ cropMargin: [1, 2, 3] }>().not.toExtend<RemoveOptions>();
    expectTypeOf<Parameters['size']>().toEqualTypeOf<
      'preview' | 'medium' | 'hd' | 'full' | '50MP' | 'auto'
    >();
    expectTypeOf<Parameters['crop']>().toEqualTypeOf<boolean>();
    expectTypeOf<Parameters['scale']>().toEqualTypeOf<'original' | number>();
    expectTypeOf<Parameters['bgColor']>().toEqualTypeOf<
      readonly [r: number, g: number, b: number, alpha: number] | undefined
    >();
  });

  it('gives the flags of the command line', () => {
    expect(apiName('cropMargin')).toBe('crop_margin');
    const flags = flagsOf({ ...callOptions, ...engineOptions }, ['signal']);
    expect(flags.map((flag) => flag.name)).toEqual([
      ...Object.keys(parameters),
      'quality',
      'effort',
      'timeout',
      'device',
      'model',
      'mattingModel',
      'threads',
      'concurrency',
      'queue',
      'gpuMemoryLimit',
      'cacheDir',
      'offline',
    ]);
    expect(flags.find((flag) => flag.name === 'cacheDir')?.flags).toBe('--cache-dir <value>');
    expect(flags.find((flag) => flag.name === 'format')?.description).toBe(
      'The format of the result. (auto | png | jpg | webp | zip; default auto)',
    );
    expect(flags.filter((flag) => flag.perType).map((flag) => flag.flags)).toEqual([
      '--shadow-type <value>',
      '--shadow-opacity <value>',
    ]);
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
