// The page of `bgcut serve`: page/ -> dist/page/, which lib/http/routes/page.ts serves.
import { defineConfig } from 'vite';

export default defineConfig({
  root: 'page',
  // Relative addresses: the page works below any prefix.
  base: './',
  build: {
    outDir: '../dist/page',
    emptyOutDir: true,
    target: 'es2022',
    // Nothing as data: URL, so that the policy can name one origin.
    assetsInlineLimit: 0,
    modulePreload: false,
    // The licences of what is bundled travel with it.
    license: { fileName: 'licences.md' },
  },
});
