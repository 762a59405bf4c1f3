/** How values are spelt by those who send them: clients of the API, and people. */
import { afterAll, describe, expect, it } from 'vitest';

import type { RemoveOptions } from 'bgcut';
import { rejection } from '../support/rejection.js';
import { disposeEngines, keep } from './calls.js';
import { figure } from './figures.js';

afterAll(disposeEngines);

/** Anything that a client may send: more than the types allow. */
type Sent = Readonly<Record<string, unknown>>;

const cut = async (sent: Sent) => keep(await figure(), sent);

async function expectSame(sent: Sent, meant: RemoveOptions): Promise<void> {
  const [one, other] = [await cut(sent), await cut(meant)];
  expect(one.data.equals(other.data)).toBe(true);
  expect([one.format, one.type]).toEqual([other.format, other.type]);
}

describe('whole calls, as clients send them', () => {
  it('the Node command line: every option, most of them empty', () =>
    expectSame(
      {
        ...{
          size: 'auto',
          type: 'auto',
          channels: 'rgba',
          bgColor: '',
          typeLevel: '',
          format: 'zip',
        },
        ...{ roi: '', crop: '', cropMargin: '', scale: '', position: '', addShadow: '' },
        semitransparency: '',
      },
      { size: 'auto', format: 'zip' },
    ));

  it('removebg for Python: every option, always', () =>
    expectSame(
      {
        ...{ size: 'regular', type: 'auto', typeLevel: 'none', format: 'auto' },
        ...{ roi: '0 0 100% 100%', crop: 'false', scale: 'original', position: 'original' },
        ...{ channels: 'rgba', addShadow: 'false', semitransparency: 'true', bgColor: undefined },
      },
      { typeLevel: 'none' },
    ));

  it('its own names of types', async () => {
    for (const [sent, meant] of [
      ['car_interior', 'car'],
      ['car_part', 'car'],
      ['graphics', 'graphic'],
      ['other', 'auto'],
    ] as const) {
      await expectSame({ type: sent, shadowType: 'auto' }, { type: meant, shadowType: 'auto' });
    }
  });

  it('PHP: # before the colour, true as 1', () =>
    expectSame({ bgColor: '#CBD5E0', crop: '1' }, { bgColor: 'cbd5e0', crop: true }));

  it('Swift: three digits, a level and a boolean as text', () =>
    expectSame(
      { bgColor: '#FFF', typeLevel: '2', crop: 'false' },
      { bgColor: 'white', typeLevel: '2' },
    ));

  it('Leonardo: 3d', () =>
    expectSame({ type: 'person', shadowType: '3d' }, { type: 'person', shadowType: '3D' }));

  it('the values of X-Type as keys of a map', () =>
    expectSame(
      { type: 'graphic', shadowType: { graphics: 'drop' }, shadowOpacity: { graphics: '70' } },
      { type: 'graphic', shadowType: 'drop', shadowOpacity: 70 },
    ));
});

describe.each<[meant: RemoveOptions, sent: Sent[]]>([
  [{ size: 'full' }, [{ size: 'FULL' }, { size: ' Full ' }, { size: '4K' }]],
  [{ size: '50MP' }, [{ size: '50mp' }, { size: '50Mp' }]],
  [{ size: 'preview' }, [{ size: 'Regular' }, { size: 'SMALL' }, { size: '' }, { size: null }]],
  [{ type: 'car' }, [{ type: 'Car' }, { type: ' CAR\t' }]],
  [{ type: 'car', typeLevel: '2' }, [{ type: 'car', typeLevel: 2 }]],
  [{ format: 'png' }, [{ format: 'PNG' }, { format: ' png' }]],
  [{ format: 'webp' }, [{ format: 'WebP' }]],
  [{ channels: 'alpha' }, [{ channels: 'Alpha' }]],
  [
    { crop: true },
    [{ crop: 'true' }, { crop: 'TRUE' }, { crop: 1 }, { crop: '1' }, { crop: ' True ' }],
  ],
  [{ crop: false }, [{ crop: 'False' }, { crop: 0 }, { crop: '0' }, { crop: '  ' }]],
  [
    { crop: true, cropMargin: '10px' },
    [
      { crop: true, cropMargin: 10 },
      { crop: true, cropMargin: '10PX' },
      { crop: true, cropMargin: ' 10px  10px ' },
      { crop: true, cropMargin: [10, '10px'] },
    ],
  ],
  [
    { roi: '0 0 50% 200px' },
    [
      { roi: '0px 0% 50% 200px' },
      { roi: '  50%   200PX  0 0 ' },
      { roi: { x1: 0, y1: '0', x2: '50%', y2: 200 } },
    ],
  ],
  [{ scale: '50%' }, [{ scale: 50 }, { scale: ' 50% ' }, { scale: '50.0%' }]],
  [{ scale: 'original' }, [{ scale: 'Original' }, { scale: '' }]],
  [
    { position: 'center' },
    [
      { position: 'CENTER' },
      { position: '50%' },
      { position: '50%  50%' },
      { position: { x: 50, y: '50%' } },
    ],
  ],
  [
    { type: 'person', shadowType: 'auto' },
    [
      { type: 'person', shadowType: 'AUTO' },
      { type: 'person', shadowType: { Person: ' 3d ' } },
      { type: 'person', shadowType: { person: 'auto', car: '' } },
    ],
  ],
  [
    { type: 'car', shadowType: 'car', shadowOpacity: 40 },
    [
      { type: 'car', shadowType: 'car', shadowOpacity: '40' },
      { type: 'car', shadowType: 'car', shadowOpacity: { car: 40, person: 'auto' } },
    ],
  ],
  [
    { bgColor: '81d4fa' },
    [
      { bgColor: '#81D4FA' },
      { bgColor: '81d4faff' },
      { bgColor: ' #81d4fa ' },
      { bgColor: { r: 0x81, g: 0xd4, b: 0xfa } },
    ],
  ],
  [{ bgColor: 'fff' }, [{ bgColor: 'WHITE' }, { bgColor: '#ffff' }, { bgColor: 'White' }]],
  [{ bgColor: 'gray' }, [{ bgColor: 'grey' }, { bgColor: '808080' }]],
  [{ bgColor: '00000000' }, [{ bgColor: 'transparent' }, { bgColor: '0000' }]],
])('%j', (meant, spellings) => {
  it.each(spellings)('is also %j', async (sent) => {
    await expectSame(sent, meant);
  });
});

describe('a value of the wrong kind is refused by its own code', () => {
  it.each([
    [{ crop: 2 }, 'invalid_crop'],
    [{ crop: [] }, 'invalid_crop'],
    [{ size: 50 }, 'invalid_size'],
    [{ typeLevel: true }, 'invalid_type_level'],
    [{ cropMargin: [1, 2, 3] }, 'invalid_crop_margin'],
    [{ cropMargin: NaN }, 'invalid_crop_margin'],
    [{ scale: 0.5 }, 'invalid_scale'],
    [{ position: { x: 50 } }, 'invalid_position'],
    [{ roi: [0, 0, 1, 1] }, 'invalid_roi'],
    [{ shadowType: { dog: 'drop' } }, 'invalid_shadow_type'],
    [{ shadowOpacity: { person: -1 } }, 'invalid_shadow_opacity'],
    [{ bgColor: 0xffffff }, 'invalid_bg_color'],
    [{ bgColor: { r: 256, g: 0, b: 0 } }, 'invalid_bg_color'],
    [{ bgImageUrl: 7 }, 'invalid_bg_image_url'],
    [{ size: '\u0000' }, 'invalid_size'],
    [{ position: '٥٠%' }, 'invalid_position'],
  ])('%j: %s', async (sent, code) => {
    expect((await rejection(cut(sent))).code).toBe(code);
  });
});
