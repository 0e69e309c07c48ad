/** The headers of every answer of the local server: those of the public one (spec/http.md, section 2). */

const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "frame-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
];

const denied = ['camera', 'clipboard-read', 'display-capture', 'geolocation', 'hid', 'microphone', 'serial', 'usb'];

export const pageHeaders: readonly (readonly [string, string])[] = [
  ['Content-Security-Policy', policy.join('; ')],
  ['Cross-Origin-Opener-Policy', 'same-origin'],
  ['Cross-Origin-Embedder-Policy', 'require-corp'],
  ['Cross-Origin-Resource-Policy', 'same-origin'],
  ['Referrer-Policy', 'no-referrer'],
  ['X-Content-Type-Options', 'nosniff'],
  ['Permissions-Policy', denied.map((feature) => `${feature}=()`).join(', ')],
  ['Cache-Control', 'no-store'],
];
