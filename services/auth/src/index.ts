export { buildAuthApp } from './auth-app.js';
export { authRoutes } from './auth-routes.js';
export type * from './contract.js';
export { makeIssuerAdmin } from './issuer-admin.js';
export { type IssuerHttp, makeIssuerHttp } from './issuer-http.js';
export { makeIssuerPublic } from './issuer-public.js';
export { authOpenApi } from './openapi.js';
export { AUTH_SETTINGS } from './settings.js';
