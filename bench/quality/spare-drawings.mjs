// @ts-check
/**
 * Other subjects than those of drawings.mjs, and others again for every seed: for seeing whether what was tuned on
 * those holds. Coordinates are those of the same canvas.
 */
import { animal, canvas, fixed, gradient, portrait } from './drawings.mjs';
import { seeded } from './random.mjs';

/** @import { Drawing, Random } from './drawings.mjs' */

/**
 * @param {number} seed
 * @returns {Drawing[]} the same every time
 */
export function spareDrawings(seed) {
  const random = seeded(seed);
  const hue = () => Math.round(random.between(0, 360));
  const look = (/** @type {number} */ curl, /** @type {number} */ wind) => ({
    hue: random.between(10, 45),
    light: random.between(10, 70),
    length: random.between(160, 460),
    curl,
    wind,
    shirt: hue(),
  });
  const coat = () => ({
    hue: random.between(15, 45),
    saturation: random.between(5, 50),
    light: random.between(25, 85),
    spread: random.between(8, 20),
    length: random.between(28, 80),
  });
  const standing = (/** @type {number} */ y, /** @type {number} */ rx) => ({ x: 800, y, rx });
  return [
    { group: 'hair', name: 'calm', body: portrait(seed + 1, look(0.4, 0.1)), shadow: undefined },
    { group: 'hair', name: 'storm', body: portrait(seed + 2, look(1.1, 0.7)), shadow: undefined },
    { group: 'fur', name: 'one', body: animal(seed + 3, coat()), shadow: standing(1090, 420) },
    { group: 'fur', name: 'two', body: animal(seed + 4, coat()), shadow: standing(1090, 420) },
    { group: 'thin', name: 'lamp', body: lamp(random), shadow: standing(1080, 260) },
    { group: 'thin', name: 'spectacles', body: spectacles(random), shadow: undefined },
    { group: 'thin', name: 'easel', body: easel(random), shadow: standing(1110, 380) },
    { group: 'holes', name: 'ladder', body: ladder(random), shadow: standing(1130, 320) },
    { group: 'holes', name: 'cage', body: cage(random), shadow: standing(1090, 330) },
    { group: 'holes', name: 'cartwheel', body: cartwheel(random), shadow: standing(1060, 330) },
    { group: 'holes', name: 'scissors', body: scissors(random), shadow: undefined },
  ];
}

/** @param {Random} random */
function tone(random) {
  const hue = Math.round(random.between(0, 360));
  const saturation = Math.round(random.between(8, 70));
  const light = random.between(30, 78);
  const at = (/** @type {number} */ level) => `hsl(${hue} ${saturation}% ${fixed(level)}%)`;
  return gradient('tone', at(light + 12), at(light - 16));
}

/** @param {Random} random */
function lamp(random) {
  const arm = random.between(10, 18);
  const x = random.between(560, 660);
  const y = random.between(380, 460);
  return `<defs>${tone(random)}</defs>
    <path d="M560 1060h480l-40-50h-400z" fill="url(#tone)"/>
    <path d="M800 1015L${fixed(x)} 640L${fixed(x + 330)} ${fixed(y - 130)}" stroke="#3a3d41" stroke-width="${fixed(arm)}" fill="none" stroke-linejoin="round"/>
    <path d="M826 1010L${fixed(x + 28)} 650L${fixed(x + 340)} ${fixed(y - 106)}" stroke="#85898e" stroke-width="4" fill="none"/>
    <path d="M${fixed(x + 300)} ${fixed(y - 170)}l120 20l90 220l-250 20z" fill="url(#tone)"/>
    <ellipse cx="${fixed(x + 384)}" cy="${fixed(y + 84)}" rx="126" ry="24" fill="#f6efd8"/>
    <path d="M900 1040q260 60 420-60t240 40" stroke="#1c1d1f" stroke-width="5" fill="none"/>`;
}

/** @param {Random} random */
function spectacles(random) {
  const rim = fixed(random.between(9, 17));
  const round = random.between(120, 175);
  return `<defs>${tone(random)}</defs><g fill="none" stroke="url(#tone)" stroke-linecap="round">
      <rect x="300" y="520" width="400" height="300" rx="${fixed(round)}" stroke-width="${rim}"/>
      <rect x="900" y="520" width="400" height="300" rx="${fixed(round)}" stroke-width="${rim}"/>
      <path d="M700 620q100-70 200 0" stroke-width="${rim}"/>
      <path d="M304 600L240 420Q520 330 660 380M1296 600L1360 420Q1080 330 940 380" stroke-width="11"/></g>
    <path d="M690 700l40-50M910 700l-40-50" stroke="#c9c4b8" stroke-width="9"/>`;
}

/** @param {Random} random */
function easel(random) {
  const leg = fixed(random.between(12, 20));
  const shade = fixed(random.between(60, 90));
  return `<defs>${tone(random)}</defs>
    <g fill="none" stroke="#8a6238" stroke-linecap="round" stroke-width="${leg}">
      <path d="M780 150L480 1110M820 150L1120 1110M800 150L900 1060M590 760H1010"/></g>
    <rect x="500" y="300" width="600" height="430" fill="hsl(40 20% ${shade}%)"/>
    <path d="M500 300h600v430h-600z" stroke="url(#tone)" stroke-width="18" fill="none"/>
    <path d="M560 680L700 470L790 590L880 430L1040 680z" fill="url(#tone)"/>
    <path d="M1105 520q150 60 90 300" stroke="#25262a" stroke-width="4" fill="none"/>`;
}

/** @param {Random} random */
function ladder(random) {
  const step = random.between(70, 110);
  const rungs = Array.from({ length: Math.floor(860 / step) }, (_, i) => {
    const y = 190 + i * step;
    const half = 90 + (y - 120) * 0.14;
    return `M${fixed(800 - half)} ${fixed(y)}H${fixed(800 + half)}`;
  });
  return `<defs>${tone(random)}</defs><g fill="none" stroke="url(#tone)" stroke-linecap="round">
      <path d="M720 110L560 1130M880 110L1040 1130" stroke-width="26"/>
      <path d="${rungs.join('')}" stroke-width="${fixed(random.between(12, 22))}"/>
      <path d="M760 120L980 1090" stroke-width="10" opacity="1"/></g>`;
}

/** @param {Random} random */
function cage(random) {
  const count = Math.round(random.between(11, 19));
  const bars = Array.from({ length: count }, (_, i) => {
    const x = 520 + (i * 560) / (count - 1);
    return `M${fixed(x)} 1040V480Q${fixed(x)} 320 ${fixed(800 + (x - 800) * 0.08)} 210`;
  });
  return `<defs>${tone(random)}</defs><g fill="none" stroke="url(#tone)">
      <path d="${bars.join('')}" stroke-width="${fixed(random.between(5, 9))}"/>
      <path d="M520 480h560M520 760h560" stroke-width="12"/><circle cx="800" cy="170" r="40" stroke-width="14"/></g>
    <rect x="490" y="1020" width="620" height="60" rx="14" fill="url(#tone)"/>
    <path d="M600 760h400" stroke="#6b4a2b" stroke-width="18"/>
    <path d="M700 690q-10-90 90-100q60-70 120-10l40 20l-40 20q-10 110-110 130h-60l-70 60z" fill="hsl(${Math.round(random.between(30, 60))} 80% 55%)"/>`;
}

/** @param {Random} random */
function cartwheel(random) {
  const count = Math.round(random.between(8, 14));
  const turn = random.between(0, 1);
  const spokes = Array.from({ length: count }, (_, i) => {
    const angle = ((i + turn) * 2 * Math.PI) / count;
    return `M${fixed(800 + 60 * Math.cos(angle))} ${fixed(600 + 60 * Math.sin(angle))}L${fixed(800 + 410 * Math.cos(angle))} ${fixed(600 + 410 * Math.sin(angle))}`;
  });
  return `<defs>${tone(random)}</defs><g fill="none" stroke="url(#tone)">
      <circle cx="800" cy="600" r="430" stroke-width="54"/>
      <path d="${spokes.join('')}" stroke-width="${fixed(random.between(22, 38))}"/></g>
    <circle cx="800" cy="600" r="452" stroke="#3b3c40" stroke-width="10" fill="none"/>
    <circle cx="800" cy="600" r="80" fill="url(#tone)"/><circle cx="800" cy="600" r="30" fill="#232427"/>`;
}

/** @param {Random} random */
function scissors(random) {
  const open = random.between(8, 24);
  const half = (
    /** @type {number} */ side,
  ) => `<g transform="rotate(${fixed(side * open)} 800 620)">
      <path d="M${780 - side * 6} 640L${800 + side * 14} 110L${812 - side * 16} 640z" fill="#aab0b6"/>
      <path d="M800 620L${800 - side * 60} 790" stroke="url(#tone)" stroke-width="40" stroke-linecap="round"/>
      <ellipse cx="${800 - side * 110}" cy="920" rx="92" ry="150" stroke="url(#tone)" stroke-width="38" fill="none"/></g>`;
  const tilt = fixed(random.between(-30, 30));
  return `<defs>${tone(random)}</defs><g transform="rotate(${tilt} ${canvas.width / 2} ${canvas.height / 2})">
    ${half(1)}${half(-1)}<circle cx="800" cy="620" r="20" fill="#55585d"/></g>`;
}
