// Readers that first open what is sealed, each with bytes that it opens.
import { WireError } from '@postern/protocol/bytes/wire-error';
import { openRequest, openResponse, sealRequest, sealResponse } from '@postern/protocol/http/anonymous-request';
import { type EnvelopeDesk, openEnvelope, sealCover } from '@postern/protocol/messages/envelope';
import { MessageError } from '@postern/protocol/messages/message-error';
import { hpkeKeyPair } from '@postern/protocol/primitives/hpke';
import { nativeRecipient } from '@postern/protocol/primitives/hpke-native';
import type { Random } from '@postern/protocol/primitives/random';
import { testEnvelopeKey } from '@postern/protocol/testing/correspondence';
import { answerContent, requestContent } from './http-targets.ts';
import type { FuzzTarget } from './run.ts';

const ownErrors = [WireError, MessageError];
const baseMs = 50;
const day = 20_780;

export async function sealedTargets(random: Random): Promise<readonly FuzzTarget[]> {
  const fingerprint = random(32);
  const key = await testEnvelopeKey(random, fingerprint, random(8), day);
  const desk: EnvelopeDesk = { desk: key.desk, dayKeys: [key.key.publicKey] };
  const cover = await sealCover({ fingerprint, keyDay: day, today: day }, [desk], random);
  const ohttpSeed = random(32);
  const config = { keyId: 1, publicKey: (await hpkeKeyPair(ohttpSeed)).publicKey };
  const keys = [{ keyId: 1, privateKey: await nativeRecipient.importKey(ohttpSeed) }];
  const [content, answer] = [requestContent(fingerprint, random), answerContent(random)];
  const request = await sealRequest(config, content, random);
  const response = await sealResponse(request.context, answer, random);
  return [
    {
      name: 'sealed request',
      seeds: [request.bytes],
      read: (bytes) => openRequest(nativeRecipient, keys, bytes, fingerprint),
      ownErrors,
      baseMs,
    },
    {
      name: 'sealed response',
      seeds: [response],
      read: (bytes) => openResponse(request.context, bytes),
      ownErrors,
      baseMs,
    },
    {
      name: 'envelope',
      seeds: [cover],
      read: (bytes) => openEnvelope(nativeRecipient, fingerprint, bytes, day, [key]),
      ownErrors,
      baseMs,
    },
  ];
}
