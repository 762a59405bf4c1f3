/** Pictures made at test time. */
import sharp, { type Sharp } from 'sharp';

/**
 * A colourful scene without symmetry: smooth gradients, a bright disc and a dark bar, so that a turned, mirrored or
 * shifted result can't pass for the right one.
 */
export function scene(width: number, height: number): Sharp {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 100 100"
      preserveAspectRatio="none">
    <defs>
      <linearGradient id="ground" x1="0" y1="0" x2="1" y2="1">
        <stop offset="0" stop-color="#102a60"/><stop offset="1" stop-color="#0a5030"/>
      </linearGradient>
      <radialGradient id="lamp"><stop offset=".6" stop-color="#fff4d0"/><stop offset="1" stop-color="#f0b090"/></radialGradient>
    </defs>
    <rect width="100" height="100" fill="url(#ground)"/>
    <ellipse cx="36" cy="30" rx="22" ry="20" fill="url(#lamp)"/>
    <rect x="10" y="70" width="55" height="12" fill="#b01818"/>
    <rect x="80" y="20" width="10" height="70" fill="#e8e8f8"/>
  </svg>`;
  return sharp(Buffer.from(svg)).removeAlpha();
}

/** One colour. */
export function plain(width: number, height: number, background: string): Sharp {
  return sharp({ create: { width, height, channels: 3, background }, limitInputPixels: false });
}

/** Deterministic noise, 3 channels: detail that does not compress. */
export function noise(width: number, height: number, seed = 1): Sharp {
  const data = Buffer.alloc(width * height * 3);
  let state = seed;
  for (let i = 0; i < data.length; i++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    data[i] = state >>> 24;
  }
  return sharp(data, { raw: { width, height, channels: 3 } });
}
