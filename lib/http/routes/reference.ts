/** GET /openapi.json and /docs. */
import type { FastifyInstance } from 'fastify';

import { openApi } from '../openapi/document.js';
import { pagePolicy, referencePage } from '../openapi/page.js';

/** Adds the routes: the reference for programs and for people. */
export function addReference(scope: FastifyInstance): void {
  const document = JSON.stringify(openApi());
  scope.get('/openapi.json', (_request, reply) => reply.type('application/json').send(document));
  scope.get('/docs', (request, reply) =>
    reply
      .headers({ 'Content-Security-Policy': pagePolicy, 'X-Content-Type-Options': 'nosniff' })
      .type('text/html; charset=utf-8')
      .send(referencePage(`${request.protocol}://${request.host}${scope.prefix}`)),
  );
}
