/** A source with a phrase, who visits the real server with the real visit's code. */

import type { FileDescriptor } from '@postern/protocol/files/descriptor';
import { openResponse, sealRequest } from '@postern/protocol/http/anonymous-request';
import { decodeKeyConfig } from '@postern/protocol/http/ohttp';
import type { VerifiedRoster } from '@postern/protocol/keys/roster-chain';
import { loadWordList } from '@postern/protocol/keys/word-lists';
import { verifyDocuments } from '@postern/protocol/messages/current-documents';
import { type Answered, SourceSession, type SourceState } from '@postern/protocol/source';
import { type DeskWorld, random } from './desk-world.ts';

export class TestSource {
  readonly #world: DeskWorld;
  #words: string | null = null;

  constructor(world: DeskWorld) {
    this.#world = world;
  }

  /** One visit: writes texts, if any, reads what is there, stays for so many moments, and closes the page. */
  async visit(
    texts: readonly string[] = [],
    moments = 6,
    shows = true,
    files: readonly FileDescriptor[] = [],
    answered?: Answered,
  ): Promise<SourceState> {
    const { clock, fingerprint, origin } = this.#world;
    const session = new SourceSession({ fingerprint, random });
    const now = clock.now();
    await session.load(
      {
        roster: await get(origin, '/roster'),
        bundle: await get(origin, '/bundle'),
        index: await get(origin, '/index/0'),
      },
      now,
    );
    const english = await loadWordList('english');
    if (this.#words === null) this.#words = (await session.newPhrase(english)).join(' ');
    else await session.enterPhrase(this.#words, [english]);
    // Bundle and index are loaded again, as the page does for the lane of the phrase.
    await session.loadIndex(await get(origin, `/index/${session.laneToFetch}`), now);
    const desk = session.desks[0]?.id ?? '';
    for (const text of texts) await session.send({ deskId: desk, text, language: 'en', files, answered });
    for (let moment = 0; moment < moments; moment++) {
      await session.answered(moment, await send(origin, await session.request(moment, now)), now);
      if (shows) for (const { id } of session.state.answers) session.shown(id);
    }
    return session.state;
  }

  /** Stores one envelope of the caller's making. */
  async post(envelope: Uint8Array): Promise<void> {
    const { clock, fingerprint, origin, roster } = this.#world;
    const served = { bundle: await get(origin, '/bundle'), index: await get(origin, '/index/0') };
    const { bundle } = await verifyDocuments(served, roster as VerifiedRoster, 0, clock.now());
    const content = {
      fingerprint,
      kind: 'envelope',
      payload: envelope,
      claims: Array.from({ length: 4 }, () => random(16)),
      acknowledgements: Array.from({ length: 4 }, () => random(32)),
      token: random(354),
      puzzleNonce: random(8),
    } as const;
    const { bytes, context } = await sealRequest(decodeKeyConfig(bundle.keyConfig), content, random);
    const answer = await openResponse(context, await send(origin, bytes));
    if (answer.outcome !== 'stored') throw new Error(`post an envelope: ${answer.outcome}`);
  }
}

async function send(origin: string, bytes: Uint8Array): Promise<Uint8Array> {
  const headers = { 'content-type': 'message/ohttp-req' };
  const body = bytes as Uint8Array<ArrayBuffer>;
  const response = await fetch(`${origin}/request`, { method: 'POST', headers, body });
  return new Uint8Array(await response.arrayBuffer());
}

async function get(origin: string, path: string): Promise<Uint8Array> {
  const response = await fetch(origin + path);
  if (response.status !== 200) throw new Error(`get ${path}: ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}
