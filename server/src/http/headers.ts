/** The headers of every answer, and that of pages (http 2, HTTP-2). */

/** Everything that a browser can be told to do without; the page needs none of it. */
const deniedFeatures = [
  'accelerometer',
  'ambient-light-sensor',
  'attribution-reporting',
  'autoplay',
  'bluetooth',
  'browsing-topics',
  'camera',
  'clipboard-read',
  'compute-pressure',
  'display-capture',
  'encrypted-media',
  'fullscreen',
  'gamepad',
  'geolocation',
  'gyroscope',
  'hid',
  'identity-credentials-get',
  'idle-detection',
  'interest-cohort',
  'keyboard-map',
  'local-fonts',
  'magnetometer',
  'microphone',
  'midi',
  'otp-credentials',
  'payment',
  'picture-in-picture',
  'publickey-credentials-create',
  'publickey-credentials-get',
  'screen-wake-lock',
  'serial',
  'speaker-selection',
  'storage-access',
  'sync-xhr',
  'unload',
  'usb',
  'web-share',
  'window-management',
  'xr-spatial-tracking',
] as const;

/**
 * The policy of an answer, or of a page.
 * @param origins where a page may connect to besides its own: the signed addresses
 * @param may play a film that is served beside it; send forms to where it came from
 */
export function policyHeader(
  origins: readonly string[] = [],
  may: { readonly hasFilm?: boolean; readonly hasForms?: boolean } = {},
): readonly [string, string] {
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    ...(may.hasFilm ? ["media-src 'self'"] : []),
    ["connect-src 'self'", ...origins].join(' '),
    "base-uri 'none'",
    `form-action ${may.hasForms ? "'self'" : "'none'"}`,
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ];
  return ['Content-Security-Policy', policy.join('; ')];
}

/** The policy of a page on which no script runs. @param formAction where its forms may go */
export function stillPolicy(formAction: "'self'" | "'none'"): readonly [string, string] {
  const policy = [
    "default-src 'none'",
    "style-src 'self'",
    "img-src 'self'",
    "base-uri 'none'",
    `form-action ${formAction}`,
    "frame-ancestors 'none'",
  ];
  return ['Content-Security-Policy', policy.join('; ')];
}

/** The policy of what is no page and no file of one, the shortest there is: each visit has a dozen of them. */
export const documentPolicy = ['Content-Security-Policy', "default-src 'none'"] as const;

export const commonHeaders: readonly (readonly [string, string])[] = [
  policyHeader(),
  ['Cross-Origin-Opener-Policy', 'same-origin'],
  ['Cross-Origin-Embedder-Policy', 'require-corp'],
  ['Cross-Origin-Resource-Policy', 'same-origin'],
  // Nothing here is for one visitor alone; the saved page, which has no origin, reads it too (decision 0036).
  ['Access-Control-Allow-Origin', '*'],
  ['Referrer-Policy', 'no-referrer'],
  ['X-Content-Type-Options', 'nosniff'],
  ['Cache-Control', 'no-store'],
];

/** Heeded only on a document, so nothing else carries its kilobyte. */
const pageHeaders: typeof commonHeaders = [
  ...commonHeaders,
  ['Permissions-Policy', deniedFeatures.map((feature) => `${feature}=()`).join(', ')],
];

/** What is left where no script can run: nobody is there to read, isolate or deny anything, and each byte counts. */
const stillHeaders = commonHeaders.filter(([name]) =>
  ['Cross-Origin-Opener-Policy', 'Referrer-Policy', 'X-Content-Type-Options', 'Cache-Control'].includes(name),
);

/** What is no page and no file of one; nor is what has no type, since it has no body. */
const documentTypes = ['application/problem+json', 'video/mp4'];
const documentHeaders = commonHeaders.map((header) => (header[0] === documentPolicy[0] ? documentPolicy : header));

/** Nor are these; and no browser makes a page of them, so nothing in them could call or be framed. */
const opaqueTypes = ['application/octet-stream', 'message/ohttp-res'];
const opaqueHeaders = documentHeaders.filter(([name]) =>
  [
    documentPolicy[0],
    'Cross-Origin-Resource-Policy',
    'Access-Control-Allow-Origin',
    'X-Content-Type-Options',
    'Cache-Control',
  ].includes(name),
);

/** @param type the answer's content type @param isStill it brings its own policy, under which nothing can run */
export function headersFor(type: string | undefined, isStill = false): typeof commonHeaders {
  if (isStill) return stillHeaders;
  if (type === undefined || documentTypes.includes(type)) return documentHeaders;
  if (opaqueTypes.includes(type)) return opaqueHeaders;
  return type.startsWith('text/html') ? pageHeaders : commonHeaders;
}
