/** Which values each parameter of the API takes, as text, as form fields and in code. */
import { describe, expect, it } from 'vitest';

import { BgcutError, type ErrorCode, errorTable } from '#lib/errors';
import { readCall, readForm } from '#lib/params/options';
import { parameters, type Parameters } from '#lib/params/table';

function codeOf(act: () => unknown): ErrorCode {
  try {
    act();
  } catch (error) {
    if (error instanceof BgcutError) return error.code;
    throw error;
  }
  throw new Error('nothing was thrown');
}

/** What a form field of that name reads as. */
function field<Name extends keyof Parameters>(
  name: Name,
  apiName: string,
  value: unknown,
): Parameters[Name] {
  return readForm([[apiName, value]])[name];
}

const px = (value: number) => ({ px: value });
const percent = (value: number) => ({ percent: value });

describe('type', () => {
  it.each([
    ['auto', 'auto'],
    ['other', 'auto'],
    ['Car', 'car'],
    ['car_interior', 'car'],
    ['car_part', 'car'],
    ['graphic', 'graphic'],
    ['graphics', 'graphic'],
    [' transportation ', 'transportation'],
    ['', 'auto'],
  ])('%j reads as %s', (given, type) => {
    expect(field('type', 'type', given)).toBe(type);
  });

  it('refuses others', () => {
    for (const given of ['dog', 'auto car', 7, {}]) {
      expect(codeOf(() => field('type', 'type', given))).toBe('invalid_type');
    }
  });

  it('has its level as a number in JSON and in code', () => {
    for (const given of [2, '2', ' 2 ']) expect(field('typeLevel', 'type_level', given)).toBe('2');
    expect(readCall({ typeLevel: 1 }).typeLevel).toBe('1');
    expect(field('typeLevel', 'type_level', 'LATEST')).toBe('latest');
    for (const given of ['3', 3, '1.0', true]) {
      expect(codeOf(() => field('typeLevel', 'type_level', given))).toBe('invalid_type_level');
    }
  });
});

describe('booleans', () => {
  const names = [
    ['crop', 'crop'],
    ['addShadow', 'add_shadow'],
    ['semitransparency', 'semitransparency'],
  ] as const;

  it.each(names)('%s is true or false, as text, digit and JSON', (name, api) => {
    for (const given of ['true', 'TRUE', '1', 1, true]) expect(field(name, api, given)).toBe(true);
    for (const given of ['false', 'False', '0', 0, false]) {
      expect(field(name, api, given)).toBe(false);
    }
    for (const given of ['yes', '2', 2, 'on', []]) {
      expect(codeOf(() => field(name, api, given))).toBe(`invalid_${api}`);
    }
  });
});

describe('roi', () => {
  const whole = [percent(0), percent(0), percent(100), percent(100)];
  it.each([
    ['0% 0% 100% 100%', whole],
    ['0 0 100% 100%', [px(0), px(0), percent(100), percent(100)]],
    ['10px 20PX  30px\t40.5px', [px(10), px(20), px(30), px(40.5)]],
    ['12.5% 0 400px 100%', [percent(12.5), px(0), px(400), percent(100)]],
    ['', whole],
  ])('%j is read', (text, [x1, y1, x2, y2]) => {
    expect(field('roi', 'roi', text)).toEqual({ x1, y1, x2, y2 });
  });

  it.each([
    '0 0 100 100%',
    '0% 0% 100%',
    '0% 0% 100% 100% 0%',
    '0% 0% 101% 100%',
    '-1px 0 10px 10px',
    '1em 0 10px 10px',
    '0,0,10px,10px',
    '10 px 0 0 10px',
    'auto',
  ])('%j is not', (text) => {
    expect(codeOf(() => field('roi', 'roi', text))).toBe('invalid_roi');
  });

  it('is an object in code, whose numbers are pixels', () => {
    const roi = { x1: 0, y1: '5%', x2: 300, y2: '40px' } as const;
    expect(readCall({ roi }).roi).toEqual({ x1: px(0), y1: percent(5), x2: px(300), y2: px(40) });
    for (const bad of [
      { x1: 0, y1: 0, x2: 3 },
      { ...roi, z: 1 },
      { ...roi, x1: -1 },
      [0, 0, 1, 1],
    ]) {
      expect(codeOf(() => readCall({ roi: bad }))).toBe('invalid_roi');
    }
  });
});

describe('crop_margin', () => {
  it.each([
    ['0', [px(0), px(0), px(0), px(0)]],
    ['30px', [px(30), px(30), px(30), px(30)]],
    ['10% 20px', [percent(10), px(20), percent(10), px(20)]],
    ['1px 2% 3px 0', [px(1), percent(2), px(3), px(0)]],
    ['500px 50%', [px(500), percent(50), px(500), percent(50)]],
  ])('%j is top, right, bottom, left', (text, [top, right, bottom, left]) => {
    expect(field('cropMargin', 'crop_margin', text)).toEqual({ top, right, bottom, left });
  });

  it.each(['1px 2px 3px', '501px', '50.1%', '10', '-1px', '10%10%', '1px 2px 3px 4px 5px', 'auto'])(
    '%j is refused, with crop and without',
    (text) => {
      expect(codeOf(() => field('cropMargin', 'crop_margin', text))).toBe('invalid_crop_margin');
      expect(codeOf(() => readCall({ crop: true, cropMargin: text }))).toBe('invalid_crop_margin');
    },
  );

  it('is a number of pixels or a list in code', () => {
    expect(readCall({ cropMargin: 7 }).cropMargin.left).toEqual(px(7));
    expect(readCall({ cropMargin: [1, '2%'] }).cropMargin).toEqual({
      top: px(1),
      right: percent(2),
      bottom: px(1),
      left: percent(2),
    });
    for (const bad of [501, -1, NaN, [], [1, 2, 3], [[1]], {}]) {
      expect(codeOf(() => readCall({ cropMargin: bad }))).toBe('invalid_crop_margin');
    }
  });
});

describe('scale and position', () => {
  it.each([
    ['original', 'original'],
    ['Original', 'original'],
    ['10%', 10],
    ['62.5%', 62.5],
    ['100%', 100],
    [50, 50],
  ])('scale %j reads as %s', (given, value) => {
    expect(field('scale', 'scale', given)).toBe(value);
  });

  it.each(['9%', '9.99%', '100.1%', '0%', '50', '50px', '-50%', '50% 50%', 'center', 9, 101, 0.5])(
    'scale %j is refused',
    (given) => {
      expect(codeOf(() => field('scale', 'scale', given))).toBe('invalid_scale');
    },
  );

  it.each([
    ['original', 'original'],
    ['CENTER', { x: 50, y: 50 }],
    ['25%', { x: 25, y: 25 }],
    ['0% 100%', { x: 0, y: 100 }],
    [
      { x: 20, y: '30%' },
      { x: 20, y: 30 },
    ],
  ])('position %j reads as %j', (given, value) => {
    expect(field('position', 'position', given)).toEqual(value);
  });

  it.each(['101%', '-1%', '10px', '10% 20% 30%', 'left', '0', { x: 1 }, { x: 1, y: 2, z: 3 }, 50])(
    'position %j is refused',
    (given) => {
      expect(codeOf(() => field('position', 'position', given))).toBe('invalid_position');
    },
  );

  it('a client that always sends "original" asks for nothing', () => {
    const fields = [
      ['scale', 'original'],
      ['position', 'original'],
      ['roi', '0 0 100% 100%'],
      ['crop_margin', ''],
    ] as const;
    expect(readForm(fields)).toMatchObject({ scale: 'original', position: 'original' });
  });
});

describe('shadow_type', () => {
  const none = 'none';
  const suitable = {
    car: 'car',
    product: 'drop',
    person: '3D',
    animal: 'drop',
    transportation: '3D',
    graphic: 'drop',
    other: 'drop',
  };
  const nowhere = Object.fromEntries(Object.keys(suitable).map((key) => [key, none]));
  const everywhere = (kind: string) =>
    Object.fromEntries(Object.keys(suitable).map((key) => [key, kind]));

  it.each([
    ['auto', suitable],
    ['drop', everywhere('drop')],
    ['3d', everywhere('3D')],
    ['Car', everywhere('car')],
    ['none', nowhere],
  ])('%j is for every type', (text, map) => {
    expect(field('shadowType', 'shadow_type', text)).toEqual(map);
  });

  it('one by one leaves the others without', () => {
    const map = { ...nowhere, person: '3D', graphic: 'drop' };
    const flat = [
      ['shadow_type[person]', '3d'],
      ['shadow_type[ Graphic ]', 'drop'],
      ['shadow_type[animal]', ''],
    ] as const;
    expect(readForm(flat).shadowType).toEqual(map);
    expect(field('shadowType', 'shadow_type', { person: '3D', graphic: 'DROP' })).toEqual(map);
    expect(readCall({ shadowType: { person: '3D', graphic: 'drop' } }).shadowType).toEqual(map);
    expect(readForm([['shadow_type[person]', 'auto']]).shadowType).toEqual({
      ...nowhere,
      person: '3D',
    });
  });

  it('one by one goes before what is for all, and an object adds up with brackets', () => {
    const fields = [
      ['shadow_type', 'drop'],
      ['shadow_type[car]', 'car'],
    ] as const;
    expect(readForm(fields).shadowType).toEqual({ ...everywhere('drop'), car: 'car' });
    const json = [
      ['shadow_type', { person: '3D', animal: 'drop' }],
      ['shadow_type[animal]', 'car'],
    ] as const;
    expect(readForm(json).shadowType).toEqual({ ...nowhere, person: '3D', animal: 'car' });
  });

  it('is absent when empty, so that add_shadow counts', () => {
    const fields = [
      ['shadow_type', ''],
      ['shadow_type[car]', ' '],
      ['add_shadow', 'true'],
    ] as const;
    expect(readForm(fields)).toMatchObject({ shadowType: undefined, addShadow: true });
  });

  it('refuses kinds and types that do not exist, and says which', () => {
    for (const [name, value] of [
      ['shadow_type', 'soft'],
      ['shadow_type', ['drop']],
      ['shadow_type', { dog: 'drop' }],
      ['shadow_type[dog]', 'drop'],
      ['shadow_type[person]', 'soft'],
      ['shadow_type[person]', { car: 'drop' }],
      ['shadow_type[]', 'drop'],
    ] as const) {
      expect(
        codeOf(() => readForm([[name, value]])),
        name,
      ).toBe('invalid_shadow_type');
    }
    expect(() => readForm([['shadow_type[dog]', 'drop']])).toThrow('received "dog": "drop"');
  });
});

describe('shadow_opacity', () => {
  const defaults = parameters.shadowOpacity.grammar.fromText('auto')!;

  it('one by one leaves the others their defaults, unlike shadow_type', () => {
    expect(defaults).toMatchObject({ car: 90, person: 50, other: 50 });
    expect(readForm([['shadow_opacity[person]', '20']]).shadowOpacity).toEqual({
      ...defaults,
      person: 20,
    });
    expect(readCall({ shadowOpacity: { car: 0, animal: 'auto' } }).shadowOpacity).toEqual({
      ...defaults,
      car: 0,
    });
  });

  it('is for every type, with exceptions', () => {
    const fields = [
      ['shadow_opacity', '30'],
      ['shadow_opacity[car]', 'auto'],
    ] as const;
    const { shadowOpacity } = readForm(fields);
    expect(shadowOpacity).toMatchObject({ car: 90, person: 30, other: 30 });
    expect(field('shadowOpacity', 'shadow_opacity', 12.5).graphic).toBe(12.5);
  });

  it.each(['101', '-1', '50%', 'dark', 101, NaN, true])('%j is refused', (given) => {
    expect(codeOf(() => field('shadowOpacity', 'shadow_opacity', given))).toBe(
      'invalid_shadow_opacity',
    );
  });
});

it('a form may have fields that are unknown or out of use', () => {
  const fields = [
    ['shadow_method', 'legacy'],
    ['api_key', 'x'],
    ['image_file_b64', 'AAAA'],
  ] as const;
  expect(readForm(fields)).toEqual(readForm([]));
});

it('every parameter has the code and the title that the API has, or that are made like them', () => {
  const own: Record<string, string> = {
    size: "Invalid value for parameter 'size'",
    channels: "Invalid value for parameter 'channels'",
    bg_image_url: 'Invalid bg_image_url: Please provide a valid URL.',
  };
  for (const [name, { error }] of Object.entries(parameters)) {
    const api = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    expect(error).toBe(`invalid_${api}`);
    const title = own[api] ?? `Invalid ${api} parameter given`;
    expect(errorTable[error].title).toBe(title);
  }
});
