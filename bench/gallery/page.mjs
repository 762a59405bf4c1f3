// @ts-check
/** The page: HTML and CSS alone, every picture in it. */
import { parameters } from '#lib/params/table';

import { tileSize } from './darkroom.mjs';

/** @import { EngineInfo } from 'bgcut' */
/** @import { Photo, Region, Tile } from './darkroom.mjs' */
/** @import { Row, Sheet } from './sheets.mjs' */

/** @typedef {{ sheet: Sheet, rows: Row[] }} Shown */

/**
 * @param {Shown[]} shown
 * @param {{ photos: Photo[], size: string, info: EngineInfo }} facts
 * @returns {string}
 */
export function page(shown, { photos, size, info }) {
  const { versions, model, provider } = info;
  const links = shown.map(({ sheet }) => `<a href="#${sheet.name}">${text(sheet.title)}</a>`);
  const made = `${photos.length} photographs, size ${size} unless a caption says otherwise. Model ${model.name} on ${provider}, bgcut ${versions.bgcut}, ONNX Runtime ${versions.onnxruntime}, libvips ${versions.libvips}.`;
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>BgCut: what every parameter does</title>
<style>${style}</style>
<header>
  <h1>What every parameter does</h1>
  <p>${text(made)}</p>
  <nav>${links.join('\n')}</nav>
  <fieldset>
    <legend>Ground of transparent pictures</legend>
    ${grounds.map(groundChoice).join('\n')}
  </fieldset>
</header>
<main>
${shown.map(section).join('\n')}
</main>
</html>
`;
}

const grounds = ['chequered', 'white', 'grey', 'black', 'orange'];

/** @param {string} ground @param {number} index */
function groundChoice(ground, index) {
  const checked = index === 0 ? ' checked' : '';
  return `<label><input type="radio" name="ground" id="pick-${ground}"${checked}>${ground}</label>`;
}

/** @param {Shown} shown */
function section({ sheet, rows }) {
  const { name, title, parameter, look } = sheet;
  const doc = Object.entries(parameters).find(([known]) => known === parameter)?.[1].doc;
  const columns = Math.max(1, ...rows.map(({ tiles }) => tiles.length));
  return `<section id="${name}">
  <h2>${text(title)}${parameter === undefined ? '' : ` <code>${parameter}</code>`}</h2>
  ${doc === undefined ? '' : `<p>${text(doc)}</p>`}
  <p class="look">${text(look)}</p>
  <div class="sheet" style="--columns: ${columns}">
    ${rows.length === 0 ? '<p>No photograph at hand shows one: see --photos.</p>' : rows.map(row).join('\n')}
  </div>
</section>`;
}

/** @param {Row} row */
function row({ name, tiles }) {
  return `<h3>${text(name)}</h3><div class="row">${tiles.map(tile).join('\n')}</div>`;
}

/** @param {Tile} tile */
function tile({ src, width, height, caption, facts = '', ground, pixels = false, region }) {
  const classes = [ground ?? 'picked', ...(pixels ? ['pixels'] : [])].join(' ');
  const lies = ground === undefined || ground === 'chequered' ? '' : ` · on ${ground}`;
  const below = facts === '' ? '' : `<small>${text(facts + lies)}</small>`;
  const outline = region === undefined ? '' : `<i style="${sides(region)}"></i>`;
  return `<figure>
  <div class="frame"><div><img class="${classes}" src="${src}" width="${width}" height="${height}" alt="${text(caption)}" loading="lazy">${outline}</div></div>
  <figcaption><code>${text(caption)}</code>${below}</figcaption>
</figure>`;
}

/** @param {Region} region */
function sides({ left, top, width, height }) {
  return `left: ${left}%; top: ${top}%; width: ${width}%; height: ${height}%`;
}

/** @param {string} raw */
function text(raw) {
  return raw
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

const chequers = 'repeating-conic-gradient(#d8d8d8 0 25%, #fff 0 50%) 0 0 / 16px 16px';

const style = `
:root { --tile: ${tileSize.width}px; --tall: ${tileSize.height}px; --ground: ${chequers}; }
:root:has(#pick-white:checked) { --ground: #fff; }
:root:has(#pick-grey:checked) { --ground: #808080; }
:root:has(#pick-black:checked) { --ground: #000; }
:root:has(#pick-orange:checked) { --ground: #e8702a; }
* { box-sizing: border-box; }
body { margin: 0; background: #ececea; color: #1d1d1f; font: 15px/1.45 system-ui, "DejaVu Sans", sans-serif; }
header { padding: 28px 32px 12px; }
h1 { margin: 0 0 4px; font-size: 28px; letter-spacing: -.01em; }
header p { margin: 0 0 12px; color: #55555a; max-width: 90ch; }
nav { display: flex; flex-wrap: wrap; gap: 4px 16px; margin: 0 0 14px; }
a { color: #0b57b0; }
fieldset { border: 0; padding: 0; margin: 0; display: flex; flex-wrap: wrap; gap: 4px 16px; }
legend { padding: 0; float: left; margin-right: 16px; font-weight: 600; }
label { display: inline-flex; gap: 6px; align-items: center; }
section { padding: 22px 32px 30px; border-top: 1px solid #cfcfcb; }
h2 { margin: 0 0 4px; font-size: 21px; }
h2 code { font-size: 15px; font-weight: 400; color: #55555a; margin-left: 6px; }
section > p { margin: 0 0 4px; max-width: 96ch; }
.look { color: #55555a; font-style: italic; }
h3 { margin: 18px 0 6px; font-size: 13px; font-weight: 600; color: #55555a; }
.sheet { overflow-x: auto; }
.row { display: grid; grid-template-columns: repeat(var(--columns), var(--tile)); gap: 14px; }
figure { margin: 0; }
.frame { width: var(--tile); height: var(--tall); display: grid; place-items: center; background: #dededb; }
.frame div { position: relative; }
.frame i { position: absolute; outline: 2px dashed #d6006c; outline-offset: -1px; }
img { display: block; background: var(--ground); outline: 1px solid #0003; }
img.chequered { background: ${chequers}; }
img.white { background: #fff; }
img.grey { background: #808080; }
img.black { background: #000; }
img.orange { background: #e8702a; }
img.pixels { image-rendering: pixelated; }
figcaption { padding: 6px 0 0; font-size: 12px; line-height: 1.35; overflow-wrap: anywhere; }
figcaption small { display: block; font-size: 11px; color: #6a6a70; }
code { font-family: ui-monospace, "DejaVu Sans Mono", monospace; }
@media print { .row { break-inside: avoid; } nav, fieldset { display: none; } }
`;
