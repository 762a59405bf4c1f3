/** GET /: the page on which people try the API, as vite has built it from page/. */
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import type { FastifyInstance } from 'fastify';

const folder = join(__dirname, '..', '..', 'page');

const contentTypes: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** What the page may do: its own script and style, the API beside it, and the pictures of the visitor. */
export const pagePolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' blob:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const headers = {
  'Content-Security-Policy': pagePolicy,
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
};

/** Adds the page and its files, which are read once. */
export function addPage(scope: FastifyInstance): void {
  const page = readFileSync(join(folder, 'index.html'));
  // Its addresses are relative, which only a slash at the end makes right.
  scope.route({
    method: 'GET',
    url: '/',
    prefixTrailingSlash: 'slash',
    handler: (_request, reply) =>
      reply
        .headers({ ...headers, 'Cache-Control': 'no-cache' })
        .type('text/html; charset=utf-8')
        .send(page),
  });
  if (scope.prefix !== '') {
    scope.get('', (_request, reply) => reply.redirect(`${scope.prefix}/`));
  }
  for (const name of readdirSync(join(folder, 'assets'))) {
    const bytes = readFileSync(join(folder, 'assets', name));
    // Their names carry a hash of what they hold.
    scope.get(`/assets/${name}`, (_request, reply) =>
      reply
        .headers({ ...headers, 'Cache-Control': 'public, max-age=31536000, immutable' })
        .type(contentTypes[extname(name)] ?? 'application/octet-stream')
        .send(bytes),
    );
  }
}
