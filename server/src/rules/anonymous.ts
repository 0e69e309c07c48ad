/** What the server does with an anonymous request, and what it answers (protocol 6). */

import { WireError } from '@postern/protocol/bytes/wire-error';
import { REPLY_BODY_BYTES } from '@postern/protocol/constants';
import type { AnonymousAnswer, AnonymousContent, Outcome } from '@postern/protocol/http/anonymous-request';
import { checkPuzzle } from '@postern/protocol/http/puzzle';
import { decodeReplyPayload } from '@postern/protocol/http/reply-payload';
import { sha256Native } from '@postern/protocol/primitives/hmac-native';
import type { Random } from '@postern/protocol/primitives/random';
import { dayOf } from '@postern/protocol/time';
import { type Storage, StorageError, type Write, type WriteResult } from '../ports/storage.ts';
import type { Counters } from './counters.ts';
import type { Epochs } from './epochs.ts';
import type { Pressure } from './pressure.ts';
import type { TokenIssuer } from './token-issuer.ts';

export interface AnonymousParts {
  readonly storage: Pick<Storage, 'replyBodies' | 'envelopes'>;
  /** Durable when it resolves. */
  readonly write: Storage['write'];
  readonly epochs: Epochs;
  readonly pressure: Pressure;
  readonly tokens: TokenIssuer;
  readonly counters: Counters;
}

/** What is to be stored and what it means that it was, or an outcome that is clear already. */
type Plan = { readonly outcome: Outcome } | { readonly write: Write; readonly stored: (result: WriteResult) => void };

/**
 * Carries the request out: claims are read first, then envelope or reply and the acknowledgements are written in one
 * transaction.
 * @param epoch of now, for the puzzle
 * @throws StorageError if nothing was done
 */
export async function answerContent(
  content: AnonymousContent,
  parts: AnonymousParts,
  now: number,
  epoch: number,
): Promise<AnonymousAnswer> {
  const bodies = await bodiesFor(content.claims, parts);
  const plan = await planStore(content, parts, now, epoch);
  const acknowledgements = content.acknowledgements.map(
    (key): Write => ({ kind: 'acknowledge', ackId: sha256Native(key) }),
  );
  const outcome = await carryOut(plan, acknowledgements, parts);
  return { outcome, puzzleBits: parts.pressure.bits(now), bodies };
}

/** The answer to a request for another organisation, of which nothing is done [REQ-7]. */
export function refusedAnswer(parts: AnonymousParts, now: number, random: Random): AnonymousAnswer {
  const bodies = Array.from({ length: 4 }, () => random(REPLY_BODY_BYTES));
  return { outcome: 'refused', puzzleBits: parts.pressure.bits(now), bodies };
}

/** One look-up, one pseudorandom body and one read for every claim, whether there is a reply or not [REQ-6]. */
async function bodiesFor(claims: readonly Uint8Array[], parts: AnonymousParts): Promise<Uint8Array[]> {
  const plans = claims.map((claim) => parts.epochs.plan(claim));
  const bodies = await parts.storage.replyBodies(plans.map(({ tagKey }) => tagKey));
  parts.counters.add('claims', claims.length);
  return plans.map(({ otherwise }, at) => bodies[at] ?? otherwise);
}

async function planStore(content: AnonymousContent, parts: AnonymousParts, now: number, epoch: number): Promise<Plan> {
  switch (content.kind) {
    case 'filler':
      parts.counters.add('fillers');
      return { outcome: 'nothing' };
    case 'envelope':
      return planEnvelope(content, parts, now, epoch);
    case 'reply':
      return planReply(content, parts, now);
  }
}

/** The same conditions for every envelope: nothing here could tell a real one from a cover one [PUZ-2]. */
async function planEnvelope(
  { payload, token, puzzleNonce }: AnonymousContent,
  parts: AnonymousParts,
  now: number,
  epoch: number,
): Promise<Plan> {
  const day = dayOf(now);
  let lastDay: number | null = null;
  const admission = await parts.pressure.admit(now, {
    solves: (bits) => checkPuzzle(payload, puzzleNonce, epoch, bits),
    hasToken: async () => {
      lastDay = await parts.tokens.check('admission', day, token);
      return lastDay !== null;
    },
  });
  const row = { id: sha256Native(payload), day, bytes: payload };
  if (admission === 'busy') {
    // A repetition of what is stored must be told so, whatever the pressure [REQ-5].
    const isStored = (await parts.storage.envelopes([row.id])).length > 0;
    return { outcome: isStored ? 'stored' : 'busy' };
  }
  const payment = lastDay === null ? {} : { payment: { token, lastDay } };
  return {
    write: { kind: 'envelope', row, ...payment },
    stored: (result) => {
      if (result !== 'done') return;
      parts.pressure.stored(now, admission);
      parts.counters.add('envelopes');
    },
  };
}

/** A reply needs a token that was not spent; both are recorded in one step [TOK-1, RPL-7]. */
async function planReply({ payload, token }: AnonymousContent, parts: AnonymousParts, now: number): Promise<Plan> {
  const post = readPost(payload);
  const day = dayOf(now);
  const lastDay = await parts.tokens.check('reply', day, token);
  if (post === null || lastDay === null) return { outcome: 'refused' };
  const { tagKey, ackId, laneDepth, lanePrefix, body } = post;
  return {
    write: {
      kind: 'reply',
      row: { tagKey, ackId, day, laneDepth, lanePrefix, body },
      payment: { token, lastDay },
    },
    stored: (result) => {
      if (result === 'done') parts.counters.add('replies');
    },
  };
}

function readPost(payload: Uint8Array): ReturnType<typeof decodeReplyPayload> | null {
  try {
    return decodeReplyPayload(payload);
  } catch (error) {
    if (error instanceof WireError) return null;
    throw error;
  }
}

async function carryOut(plan: Plan, acknowledgements: readonly Write[], parts: AnonymousParts): Promise<Outcome> {
  if ('outcome' in plan) {
    countCollected(await parts.write(acknowledgements), parts);
    if (plan.outcome === 'busy' || plan.outcome === 'refused') parts.counters.add(plan.outcome);
    return plan.outcome;
  }
  try {
    const [result = 'refused', ...others] = await parts.write([plan.write, ...acknowledgements]);
    plan.stored(result);
    countCollected(others, parts);
    if (result !== 'refused') return 'stored';
    parts.counters.add('refused');
    // A spent admission token is no fault of the envelope: another token or a puzzle will do.
    return plan.write.kind === 'envelope' ? 'busy' : 'refused';
  } catch (error) {
    if (!(error instanceof StorageError) || error.code !== 'full') throw error;
    // Without room nothing new is stored, but what is there can be collected, and that makes room.
    countCollected(await parts.write(acknowledgements), parts);
    parts.counters.add('busy');
    return 'busy';
  }
}

function countCollected(results: readonly WriteResult[], parts: AnonymousParts): void {
  parts.counters.add('collected', results.filter((result) => result === 'done').length);
}
