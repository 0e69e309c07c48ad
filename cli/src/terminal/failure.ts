/** What can go wrong, in plain words and with the exit code that scripts go by. */

/** Documented in `postern help` and the README; stable. */
export const exitCodes = {
  ok: 0,
  /** A check found a problem: `doctor`, `roster verify`. */
  failedCheck: 1,
  /** An option or argument is missing or wrong. */
  usage: 2,
  /** Wrong passphrase, something that exists already, a signature that does not hold. */
  refused: 3,
  /** A server, folder or file that is needed is not there or cannot be read or written. */
  unreachable: 4,
  /** A fault of this program. */
  fault: 70,
} as const;

export type FailureKind = Exclude<keyof typeof exitCodes, 'ok'>;

/** Ends a command with one sentence for a person. Never holds a secret, a passphrase or the content of a file. */
export class Failure extends Error {
  override readonly name = 'Failure';
  readonly kind: FailureKind;
  /** Whether the result on stdout says it already. */
  readonly isReported: boolean;

  constructor(kind: FailureKind, sentence: string, isReported = false) {
    super(sentence);
    this.kind = kind;
    this.isReported = isReported;
  }
}

export function refused(sentence: string): Failure {
  return new Failure('refused', sentence);
}

export function unreachable(sentence: string): Failure {
  return new Failure('unreachable', sentence);
}

export function usage(sentence: string): Failure {
  return new Failure('usage', sentence);
}

/** Every error as a failure that can be shown: known ones in plain words, others by their name alone. */
export function failureOf(error: unknown): Failure {
  if (error instanceof Failure) return error;
  if (!(error instanceof Error)) return new Failure('fault', 'Something failed that should not have.');
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  const known = knownFailures[error.name]?.[code] ?? (error.name === 'Refused' ? refusalOf(code) : undefined);
  if (known !== undefined) return new Failure(known[0], known[1]);
  if (error.name === 'WireError')
    return refused('That is not a file of the kind that is needed here, or it is damaged.');
  const system = systemFailures[code];
  if (system !== undefined) return unreachable(`${system}${pathIn(error)}.`);
  return new Failure('fault', `Something failed that should not have (${error.name}${code === '' ? '' : ` ${code}`}).`);
}

type Known = Readonly<Record<string, readonly [FailureKind, string]>>;

const knownFailures: Readonly<Record<string, Known>> = {
  DataFolderError: {
    exists: ['refused', 'The folder for the server is not empty; nothing was changed.'],
    missing: ['unreachable', 'There is no data folder of a server there. "postern init" makes one.'],
    damaged: ['unreachable', 'The data folder is damaged: a file of it is not what was written.'],
    open: ['refused', 'Others on this machine can read the data folder. Close it with: chmod -R go= <folder>'],
  },
  BuiltPagesError: {
    damaged: [
      'unreachable',
      'A packed file of the built pages is not what lies beside it. Build them again with "npm run build".',
    ],
  },
  KeystoreError: {
    exists: ['refused', 'There is a device in that folder already; nothing was changed.'],
    missing: ['unreachable', 'There is no device in that folder. "postern device new" makes one.'],
    short: ['usage', 'The passphrase is too short: at least 12 characters.'],
    closed: ['refused', 'The passphrase is wrong, or the file is damaged.'],
  },
  StorageError: {
    unavailable: ['unreachable', 'The database or file cannot be reached now.'],
    full: ['unreachable', 'The disk is full; nothing was changed.'],
    corrupt: ['refused', 'The file is damaged; nothing was taken from it.'],
    'wrong-version': ['refused', 'The file is of another version, or not one of Postern.'],
    'not-empty': ['refused', 'There is data already; nothing was changed.'],
  },
  DocumentError: {
    signature: ['refused', 'A signature does not hold: the document was changed or is forged.'],
    'unknown-signer': ['refused', 'The document is signed by a key that may not sign it.'],
    'wrong-organisation': ['refused', 'The document belongs to another organisation.'],
    expired: ['refused', 'The roster has expired.'],
    'not-yet-valid': ['refused', 'The roster is not valid yet, or the clock of this machine is wrong.'],
    'rolled-back': ['refused', 'A newer roster is known already.'],
    'same-number': [
      'refused',
      'Another roster with the same number is known. Was one signed twice, or by somebody else?',
    ],
    'not-linked': ['refused', 'The roster does not follow the newest one that is known.'],
    duplicate: ['refused', 'The same key stands in the roster twice: that device is listed already.'],
  },
  Unreachable: { '': ['unreachable', 'The server does not answer, or not as a server of Postern.'] },
  TimeoutError: { '': ['unreachable', 'No answer came in time.'] },
  AbortError: { '': ['unreachable', 'No answer came in time.'] },
  SocksClientError: { '': ['unreachable', 'The proxy cannot reach the server.'] },
};

const systemFailures: Readonly<Record<string, string>> = {
  ENOENT: 'There is no such file or folder',
  EACCES: 'Reading or writing is not permitted',
  EPERM: 'Reading or writing is not permitted',
  EISDIR: 'That is a folder, wanted a file',
  ENOTDIR: 'That is a file, wanted a folder',
  EEXIST: 'That exists already; nothing was changed',
  ENOSPC: 'The disk is full',
  EROFS: 'The disk can only be read',
  EADDRINUSE: 'Another program listens at that address already',
  EADDRNOTAVAIL: 'This machine does not have that address',
  ECONNREFUSED: 'Nobody answers there',
  ECONNRESET: 'The connection broke off',
  ETIMEDOUT: 'No answer came in time',
  ENOTFOUND: 'There is no machine of that name',
};

/** What a server answers to a device. */
function refusalOf(code: string): readonly [FailureKind, string] {
  if (code === 'signature') return ['refused', 'The server does not know this device, or no longer.'];
  if (code === 'clock')
    return ['refused', 'The clocks of this machine and the server differ by more than five minutes.'];
  return knownFailures.DocumentError?.[code] ?? ['refused', `The server has refused it (${code}).`];
}

function pathIn(error: Error): string {
  return 'path' in error && typeof error.path === 'string' ? `: ${error.path}` : '';
}
