import type { Plugin } from 'vite';

/** The built page's policy: everything from its own origin, and WASM may be compiled. */
export const policy = [
  "default-src 'self'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "connect-src 'self'",
  "font-src 'self'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

/** Puts the policy into the built page, for hosts that cannot send headers. The dev server needs inline styles, so not there. */
export function csp(): Plugin {
  return {
    name: 'collapse-lab:csp',
    apply: 'build',
    // Last, so that it stands before everything that loads.
    transformIndexHtml: {
      order: 'post',
      handler: () => [
        {
          tag: 'meta',
          attrs: { 'http-equiv': 'Content-Security-Policy', content: policy },
          injectTo: 'head-prepend',
        },
      ],
    },
  };
}
