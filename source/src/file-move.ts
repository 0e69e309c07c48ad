/** How far a file has come, in either direction, as the page shows it. */

import type { PaceValue } from '@postern/protocol/files/pace';

/**
 * - `waiting`: its turn has not come
 * - `lost`: no answer; it is tried again by itself
 * - `changed`: the file is not what it was, or cannot be read any more
 * - `full`: no room for files at the server
 * - `large`, `many`: more than a file may have, or a message
 * - `gone`: the server does not have it; `damaged`: what came is not the file, or there was no room for it here
 */
export const moveStates = [
  'waiting',
  'moving',
  'lost',
  'done',
  'changed',
  'full',
  'large',
  'many',
  'gone',
  'damaged',
] as const;
export type MoveState = (typeof moveStates)[number];

/** Whether something more comes of it by itself. */
export function isMoving(state: MoveState): boolean {
  return state === 'waiting' || state === 'moving' || state === 'lost';
}

export type FileMove = {
  readonly id: string;
  readonly name: string;
  readonly bytes: number;
  /** Of a file that is sent: whether it goes as it was chosen, cleaned, or had nothing to clean. */
  readonly as?: 'original' | 'cleaned' | 'plain' | undefined;
  readonly state: MoveState;
  /** 0 to 1. */
  readonly done: number;
  /** Undefined until something has moved, and while it stands. */
  readonly pace: PaceValue | undefined;
};

/** A file on the disk, or what is read like one. */
export type SendableFile = Pick<File, 'name' | 'type' | 'size' | 'lastModified'> & {
  readonly slice: (from: number, to: number) => Pick<Blob, 'arrayBuffer'>;
};

/** A file to send, and what it is: `plain` has nothing beside its content that could be found. */
export type Admitted = { readonly file: SendableFile; readonly as: NonNullable<FileMove['as']> };

export type Answer = { readonly status: number; readonly body: Uint8Array };

const firstPauseSeconds = 2;
const pauseSecondsMax = 30;

/**
 * Asks until there is an answer that means something, with longer and longer pauses.
 * @param lost called before each pause
 * @returns undefined when it was stopped
 */
export async function insist(
  call: () => Promise<Answer>,
  wait: (seconds: number) => Promise<void>,
  isStopped: () => boolean,
  lost: () => void = () => undefined,
): Promise<Answer | undefined> {
  for (let pause = firstPauseSeconds; !isStopped(); pause = Math.min(2 * pause, pauseSecondsMax)) {
    const answer = await call().catch(() => undefined);
    if (answer !== undefined && !isPassing(answer.status)) return isStopped() ? undefined : answer;
    if (isStopped()) return undefined;
    lost();
    await wait(pause);
  }
  return undefined;
}

function isPassing(status: number): boolean {
  return status === 408 || status === 429 || status === 500 || (status >= 502 && status <= 504);
}
