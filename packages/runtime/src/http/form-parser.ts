import type { HttpApp } from './http-app.js';

/** Lets an app read `application/x-www-form-urlencoded`; the body is a `URLSearchParams`, so a repeated key stays visible. */
export function addFormParser(app: HttpApp): void {
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) => {
    done(null, new URLSearchParams(String(body)));
  });
}
