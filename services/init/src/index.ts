export { refusePublished } from './published-secrets.js';
export { HYDRA_MAX_CONNECTIONS, ROOTS, type Root, renderSecrets } from './render-secrets.js';
