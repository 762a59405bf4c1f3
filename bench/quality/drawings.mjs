// @ts-check
/**
 * Subjects drawn as vectors, for their alpha is then known exactly: hair and fur strand by strand, thin parts, and
 * things that one looks through. Coordinates are those of a canvas of 1600 x 1200.
 */
import { seeded } from './random.mjs';

export const canvas = { width: 1600, height: 1200 };

/** @typedef {ReturnType<typeof seeded>} Random */

/**
 * @typedef {object} Drawing
 * @property {'hair' | 'fur' | 'thin' | 'holes'} group
 * @property {string} name
 * @property {string} body what stands inside <svg>
 * @property {{ x: number, y: number, rx: number } | undefined} shadow where it stands on the ground, if it does
 */

/** @returns {Drawing[]} the same every time */
export function drawings() {
  return [
    {
      group: 'hair',
      name: 'straight',
      body: portrait(1, { hue: 24, light: 14, length: 420, curl: 0.25, wind: 0, shirt: 210 }),
      shadow: undefined,
    },
    {
      group: 'hair',
      name: 'wind',
      body: portrait(2, { hue: 38, light: 52, length: 430, curl: 0.5, wind: 0.9, shirt: 350 }),
      shadow: undefined,
    },
    {
      group: 'hair',
      name: 'curls',
      body: portrait(3, { hue: 14, light: 13, length: 210, curl: 1.7, wind: 0.1, shirt: 205 }),
      shadow: undefined,
    },
    {
      group: 'fur',
      name: 'white',
      body: animal(4, { hue: 35, saturation: 12, light: 84, spread: 10, length: 46 }),
      shadow: { x: 800, y: 1090, rx: 420 },
    },
    {
      group: 'fur',
      name: 'brown',
      body: animal(5, { hue: 24, saturation: 45, light: 36, spread: 12, length: 70 }),
      shadow: { x: 800, y: 1090, rx: 420 },
    },
    {
      group: 'fur',
      name: 'grey',
      body: animal(6, { hue: 215, saturation: 8, light: 48, spread: 18, length: 34 }),
      shadow: { x: 800, y: 1090, rx: 420 },
    },
    { group: 'thin', name: 'bicycle', body: bicycle(), shadow: { x: 800, y: 1010, rx: 620 } },
    { group: 'thin', name: 'telescope', body: telescope(), shadow: { x: 800, y: 1100, rx: 330 } },
    { group: 'thin', name: 'plant', body: plant(7), shadow: { x: 800, y: 1110, rx: 260 } },
    { group: 'holes', name: 'chair', body: chair(), shadow: { x: 800, y: 1120, rx: 330 } },
    { group: 'holes', name: 'racket', body: racket(), shadow: undefined },
    { group: 'holes', name: 'basket', body: basket(), shadow: { x: 800, y: 1050, rx: 420 } },
  ];
}

/**
 * A head with shoulders. Lengths in pixels; curl and wind have no unit, 1 is much.
 *
 * @param {number} seed
 * @param {{ hue: number, light: number, length: number, curl: number, wind: number, shirt: number }} look
 */
export function portrait(seed, { hue, light, length, curl, wind, shirt }) {
  const random = seeded(seed);
  const head = { x: 800, y: 470, rx: 165, ry: 215 };
  const strand = (/** @type {number} */ reach, /** @type {number} */ thickness) => {
    const angle = Math.PI * random.between(-1.08, 0.08); // over the scalp, from ear to ear
    const depth = random.between(0.82, 1.04);
    const x = head.x + head.rx * depth * Math.cos(angle);
    const y = head.y + head.ry * depth * Math.sin(angle);
    const side = Math.cos(angle);
    const along = length * reach * random.between(0.55, 1);
    const sway = () => random.bell() * curl * 70;
    const drift = wind * along * 0.8;
    const points = [
      [x + side * 70 + sway(), y - 40 * Math.abs(Math.sin(angle)) + sway() * 0.4],
      [x + side * 120 + drift * 0.5 + sway(), y + along * 0.5 * (1 - wind * 0.4) + sway()],
      [x + side * 110 + drift + sway(), y + along * (1 - wind * 0.6) + sway() * 0.6],
    ].map((point) => point.map(fixed).join(' '));
    const colour = `hsl(${fixed(hue + random.bell() * 4)} 45% ${fixed(light + random.bell() * 7)}%)`;
    return `<path d="M${fixed(x)} ${fixed(y)}C${points.join(' ')}" stroke="${colour}" stroke-width="${fixed(thickness)}"/>`;
  };
  const strands = (/** @type {number} */ count, /** @type {number} */ reach) =>
    Array.from({ length: count }, () => strand(reach, random.between(0.9, 2.6))).join('');
  const fly = Array.from({ length: 90 }, () => strand(1.25, random.between(0.6, 1.1))).join('');
  const skin = gradient('skin', 'hsl(22 50% 76%)', 'hsl(18 42% 52%)');
  const cloth = gradient('cloth', `hsl(${shirt} 32% 44%)`, `hsl(${shirt} 38% 20%)`);
  return `<defs>${skin}${cloth}</defs>
    <g fill="none" stroke-linecap="round">${strands(1500, 0.9)}</g>
    <path d="M720 640h160v120l40 60h-240l40-60z" fill="url(#skin)"/>
    <path d="M360 1200c10-260 120-390 330-430 60 60 160 60 220 0 210 40 320 170 330 430z" fill="url(#cloth)"/>
    <ellipse cx="${head.x}" cy="${head.y + 20}" rx="${head.rx - 12}" ry="${head.ry - 4}" fill="url(#skin)"/>
    ${face(head.x, head.y + 20)}
    <g fill="none" stroke-linecap="round">${strands(500, 0.35)}${fly}</g>`;
}

/** @param {number} x @param {number} y */
function face(x, y) {
  const eye = (/** @type {number} */ side) => `
    <ellipse cx="${x + side * 62}" cy="${y - 5}" rx="27" ry="13" fill="#f4efe9"/>
    <circle cx="${x + side * 62}" cy="${y - 5}" r="11" fill="#3b2b20"/>
    <path d="M${x + side * 32} ${y - 38}q${side * 30} -18 ${side * 62} 2" stroke="#4a3426" stroke-width="8" fill="none"/>`;
  return `${eye(-1)}${eye(1)}
    <path d="M${x - 4} ${y + 5}q-22 52 -14 66q18 12 36 0" stroke="hsl(16 40% 45%)" stroke-width="5" fill="none"/>
    <path d="M${x - 52} ${y + 118}q52 -16 104 0q-52 40 -104 0z" fill="hsl(356 42% 50%)"/>`;
}

/**
 * A sitting animal, all of it covered with strands.
 *
 * @param {number} seed
 * @param {{ hue: number, saturation: number, light: number, spread: number, length: number }} coat
 */
export function animal(seed, { hue, saturation, light, spread, length }) {
  const random = seeded(seed);
  const parts = [
    { x: 800, y: 820, rx: 330, ry: 280 },
    { x: 640, y: 1040, rx: 110, ry: 60 },
    { x: 960, y: 1040, rx: 110, ry: 60 },
    { x: 650, y: 250, rx: 70, ry: 95 },
    { x: 950, y: 250, rx: 70, ry: 95 },
    { x: 800, y: 430, rx: 235, ry: 215 },
  ];
  const coat = parts.map(({ x, y, rx, ry }) => {
    const shape = `<ellipse cx="${x}" cy="${y}" rx="${rx}" ry="${ry}" fill="hsl(${hue} ${saturation}% ${light - 8}%)"/>`;
    const count = Math.round((rx * ry) / 26);
    const hairs = Array.from({ length: count }, () => {
      const angle = random.between(0, 2 * Math.PI);
      const out = Math.sqrt(random.between(0.02, 1));
      const from = [x + rx * out * Math.cos(angle), y + ry * out * Math.sin(angle)];
      const along = length * random.between(0.6, 1.2);
      const lean = angle + random.bell() * 0.5;
      const step = [along * Math.cos(lean), along * Math.sin(lean) + along * 0.35];
      const bend = [step[0] ?? 0, step[1] ?? 0].map((v) => v * 0.5 + random.bell() * along * 0.15);
      // Lit from above: darker towards the bottom of each part.
      const shade = light + random.bell() * spread - (10 * ((from[1] ?? 0) - y)) / ry;
      const colour = `hsl(${fixed(hue + random.bell() * 4)} ${saturation}% ${fixed(shade)}%)`;
      return `<path d="M${from.map(fixed).join(' ')}q${[...bend, ...step].map(fixed).join(' ')}" stroke="${colour}" stroke-width="${fixed(random.between(0.9, 2.4))}"/>`;
    });
    return `${shape}<g fill="none" stroke-linecap="round">${hairs.join('')}</g>`;
  });
  const eye = (/** @type {number} */ x) =>
    `<circle cx="${x}" cy="400" r="27" fill="#1d130d"/><circle cx="${x - 8}" cy="390" r="8" fill="#fff"/>`;
  return `${coat.join('')}${eye(715)}${eye(885)}
    <path d="M760 478q40-18 80 0q-8 38-40 46q-32-8-40-46z" fill="#241814"/>
    <path d="M800 524v28q-30 26-58 10M800 552q30 26 58 10" stroke="#241814" stroke-width="6" fill="none"/>`;
}

function bicycle() {
  const wheel = (/** @type {number} */ x) => {
    const spokes = Array.from({ length: 28 }, (_, i) => {
      const hub = (i * 2 * Math.PI) / 28;
      const rim = hub + (i % 2 === 0 ? 0.28 : -0.28);
      const at = [x + 16 * Math.cos(hub), 760 + 16 * Math.sin(hub)];
      const to = [x + 222 * Math.cos(rim), 760 + 222 * Math.sin(rim)];
      return `M${at.map(fixed).join(' ')}L${to.map(fixed).join(' ')}`;
    });
    return `<path d="${spokes.join('')}" stroke="#b9bec4" stroke-width="2" fill="none"/>
      <circle cx="${x}" cy="760" r="240" stroke="#1b1b1d" stroke-width="20" fill="none"/>
      <circle cx="${x}" cy="760" r="225" stroke="#9aa0a6" stroke-width="8" fill="none"/>
      <circle cx="${x}" cy="760" r="18" fill="#55595e"/>`;
  };
  return `<defs>${gradient('paint', 'hsl(4 72% 52%)', 'hsl(356 75% 30%)')}</defs>
    ${wheel(420)}${wheel(1180)}
    <g fill="none" stroke="url(#paint)" stroke-linecap="round" stroke-linejoin="round">
      <path d="M420 760L760 770L640 430L1050 410L760 770M420 760L650 460" stroke-width="18"/>
      <path d="M1030 350L1075 480L1180 760" stroke-width="18"/></g>
    <path d="M1030 350l-8-46l70-18q50-8 60 36" stroke="#26282b" stroke-width="14" fill="none" stroke-linecap="round"/>
    <path d="M640 430l-18-66" stroke="#8b9096" stroke-width="14"/>
    <path d="M530 352q90-26 190 2q-20 24-80 22q-70 8-110-24z" fill="#1e1b1a"/>
    <circle cx="760" cy="770" r="52" stroke="#3b3e42" stroke-width="10" fill="none"/>
    <path d="M760 770l64 96M824 866h52M760 770l-64-96M696 674h-52" stroke="#2d3033" stroke-width="12"/>
    <path d="M420 742L760 720M420 778L760 822" stroke="#2d3033" stroke-width="4"/>
    <path d="M1050 330C1150 380 1190 560 1182 720M1040 320C880 340 700 500 440 740" stroke="#17181a" stroke-width="3" fill="none"/>`;
}

/** @param {number} seed */
function plant(seed) {
  const random = seeded(seed);
  const stems = Array.from({ length: 34 }, (_, i) => {
    const lean = ((i - 16.5) / 17) * 430;
    const top = [800 + lean + random.bell() * 40, 190 + Math.abs(lean) * 0.75 + random.bell() * 70];
    const [x = 0, y = 0] = top;
    const leaf = random.between(46, 90);
    const turn = (lean / 430) * 65 + random.bell() * 25;
    const green = `hsl(${fixed(108 + random.bell() * 18)} 42% ${fixed(33 + random.bell() * 9)}%)`;
    return `<path d="M${fixed(800 + lean * 0.12)} 830Q${fixed(800 + lean * 0.35)} 520 ${fixed(x)} ${fixed(y)}" stroke="${green}" stroke-width="${fixed(random.between(2, 5))}" fill="none"/>
      <path transform="translate(${fixed(x)} ${fixed(y)}) rotate(${fixed(turn)})" d="M0 0q${fixed(leaf * 0.35)} ${fixed(-leaf * 0.6)} 0 ${fixed(-leaf * 1.5)}q${fixed(-leaf * 0.35)} ${fixed(leaf * 0.9)} 0 ${fixed(leaf * 1.5)}z" fill="${green}"/>`;
  });
  return `<defs>${gradient('pot', 'hsl(18 55% 55%)', 'hsl(14 55% 30%)')}</defs>${stems.join('')}
    <path d="M620 800h360l-50 310h-260z" fill="url(#pot)"/><path d="M596 780h408v64h-408z" fill="url(#pot)"/>`;
}

function telescope() {
  return `<defs>${gradient('tube', 'hsl(206 46% 58%)', 'hsl(214 52% 26%)')}${gradient('steel', 'hsl(212 8% 62%)', 'hsl(214 10% 34%)')}</defs>
    <g stroke="url(#steel)" fill="none" stroke-linecap="round"><path d="M790 560L560 1100M810 560L1050 1100M800 560L815 1120" stroke-width="13"/></g>
    <path d="M690 800L930 830M690 800L808 850L930 830" stroke="#4a4d52" stroke-width="4" fill="none"/>
    <path d="M800 480v90" stroke="#2b2d30" stroke-width="34"/>
    <g transform="rotate(-24 800 450)"><rect x="420" y="400" width="640" height="92" rx="10" fill="url(#tube)"/>
      <rect x="1040" y="386" width="120" height="120" rx="10" fill="#2a2d31"/>
      <rect x="350" y="424" width="80" height="44" fill="#2a2d31"/><rect x="300" y="430" width="54" height="32" fill="#111"/>
      <rect x="560" y="346" width="220" height="28" rx="8" fill="#33373c"/><path d="M600 374v28M740 374v28" stroke="#222" stroke-width="8"/></g>
    <path d="M1120 300q120 90 60 260" stroke="#26282b" stroke-width="3" fill="none"/>`;
}

function chair() {
  const slats = Array.from(
    { length: 9 },
    (_, i) => `<rect x="${603 + i * 46}" y="270" width="17" height="420"/>`,
  );
  return `<defs>${gradient('oak', 'hsl(30 55% 56%)', 'hsl(25 52% 32%)')}</defs>
    <g fill="url(#oak)">
      <path d="M545 180q255-70 510 0l-8 96q-247-50-494 0z"/>
      <path d="M552 250h40l-6 470h-40zM1008 250h40l6 470h-40z"/>${slats.join('')}
      <path d="M500 680h600l50 90h-700z"/>
      <path d="M480 770h36l-22 350h-30zM1084 770h36l16 350h-30zM600 770h26l-4 240h-22zM974 770h26l4 240h-22z"/>
      <rect x="478" y="920" width="650" height="18"/><rect x="606" y="860" width="390" height="14"/></g>`;
}

function racket() {
  const net = [
    ...Array.from({ length: 17 }, (_, i) => `M${560 + i * 30} 100V760`),
    ...Array.from({ length: 21 }, (_, i) => `M520 ${130 + i * 30}H1080`),
  ];
  return `<defs>${gradient('frame', 'hsl(212 70% 46%)', 'hsl(220 72% 22%)')}<clipPath id="head"><ellipse cx="800" cy="420" rx="238" ry="308"/></clipPath></defs>
    <g transform="rotate(18 800 600)">
      <path d="${net.join('')}" clip-path="url(#head)" stroke="#ece7d4" stroke-width="3.4" fill="none"/>
      <ellipse cx="800" cy="420" rx="245" ry="315" stroke="url(#frame)" stroke-width="30" fill="none"/>
      <path d="M650 672Q720 780 770 860M950 672Q880 780 830 860" stroke="url(#frame)" stroke-width="26" fill="none"/>
      <rect x="768" y="840" width="64" height="300" rx="16" fill="#1f1f22"/>
      <path d="M768 880l64-22M768 930l64-22M768 980l64-22M768 1030l64-22M768 1080l64-22" stroke="#3b3b40" stroke-width="5"/></g>`;
}

function basket() {
  const rods = Array.from({ length: 19 }, (_, i) => {
    const x = 440 + i * 40;
    return `M${x} 560L${fixed(800 + (x - 800) * 0.8)} 1030`;
  });
  const hoops = Array.from({ length: 9 }, (_, i) => {
    const half = 360 - i * 8;
    return `M${800 - half} ${590 + i * 50}q${half} 26 ${2 * half} 0`;
  });
  return `<defs>${gradient('cane', 'hsl(36 58% 60%)', 'hsl(30 52% 34%)')}</defs>
    <g fill="none" stroke="url(#cane)">
      <path d="M450 560C470 120 1130 120 1150 560" stroke-width="26"/>
      <path d="${rods.join('')}" stroke-width="9"/><path d="${hoops.join('')}" stroke-width="14"/>
      <path d="M430 562q370 40 740 0" stroke-width="34" stroke-linecap="round"/>
      <path d="M508 1030q292 40 584 0" stroke-width="34" stroke-linecap="round"/></g>`;
}

/**
 * From the upper left to the lower right of the whole drawing, so that even a straight line has it.
 *
 * @param {string} id
 * @param {string} from
 * @param {string} to
 */
export function gradient(id, from, to) {
  return `<linearGradient id="${id}" gradientUnits="userSpaceOnUse" x1="350" y1="150" x2="1150" y2="1150"><stop offset="0" stop-color="${from}"/><stop offset="1" stop-color="${to}"/></linearGradient>`;
}

/** @param {number} value */
export function fixed(value) {
  return Number(value.toFixed(1));
}
