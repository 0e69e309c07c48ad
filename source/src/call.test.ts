/** Which call led here, and which answers go into a message. */
import { decodeCampaign, encodeCampaign, verifyCampaign } from '@postern/protocol/campaign/campaign';
import { documentHash } from '@postern/protocol/keys/signed';
import { sha256 } from '@postern/protocol/primitives/hash';
import { sampleCampaign } from '@postern/protocol/testing/campaign-samples';
import { testOrganisation } from '@postern/protocol/testing/organisation';
import { describe, expect, it } from 'vitest';
import { answeredOf, type Call, callNamed, callOf, offeredCalls } from './call.ts';

const { verifiedRoster, day } = await testOrganisation('call');
const payload = encodeCampaign(sampleCampaign(verifiedRoster, day));
const campaigns = [{ id: decodeCampaign(payload).id, hash: documentHash(await sha256(payload)) }];
const verified = await verifyCampaign(payload, { ...verifiedRoster, campaigns });
const at = (when: number, language = 'ar'): Call => callOf([verified], 'county-hospital', { language, day: when });
const given = (...answers: [string, string[]][]): ReadonlyMap<string, string[]> => new Map(answers);

describe('the call that led here', () => {
  it('is named by the fragment and by nothing else', () => {
    expect(callNamed('#c=county-hospital')).toBe('county-hospital');
    for (const other of ['', '#start', '#c=', '#c=A', '#c=a/b', 'c=a', `#c=${'a'.repeat(41)}`]) {
      expect(callNamed(other)).toBeUndefined();
    }
  });

  it('stands in the language of the page, else in English', () => {
    expect(at(day)).toMatchObject({ kind: 'known', language: 'ar', title: 'مستشفى المقاطعة' });
    expect(at(day, 'fr')).toMatchObject({ kind: 'known', language: 'en' });
  });

  it('[CAM-4] says whether it has begun, has ended or was withdrawn, and takes no answers then', () => {
    const answers = given(['role', ['inside']]);
    expect([at(day - 1), at(day), at(day + 30)]).toMatchObject([
      { state: 'not-begun' },
      { state: 'open' },
      { state: 'ended' },
    ]);
    expect(answeredOf(at(day), answers)?.answers).toHaveLength(1);
    expect([at(day - 1), at(day + 30), undefined].map((call) => answeredOf(call, answers))).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('[CAM-4] is offered without a link too, also when it can be answered no more, behind those that can', () => {
    const withdrawn = { ...verified, id: new Uint8Array(8).fill(9), name: 'another', withdrawn: true };
    const offered = (when: number) =>
      offeredCalls([withdrawn, verified], { language: 'en', day: when }).map(({ id, state }) => [id[0], state]);
    expect(offered(day)).toEqual([
      [1, 'open'],
      [9, 'withdrawn'],
    ]);
    expect(offered(day + 30)).toEqual([
      [9, 'withdrawn'],
      [1, 'ended'],
    ]);
  });

  it('is unknown when the roster lists none of its name', () => {
    expect(callOf([verified], 'another', { language: 'en', day })).toEqual({ kind: 'unknown' });
  });
});

describe('what goes into the message', () => {
  it('[CAM-6] may be nothing at all', () => {
    expect(answeredOf(at(day), new Map())?.answers).toEqual([]);
  });

  it('[CAM-8] leaves out empty answers and what is no longer asked', () => {
    const papers: [string, string[]] = ['papers', ['letter']];
    expect(answeredOf(at(day), given(['role', ['inside']], papers, ['what', [' ']]))?.answers).toEqual([
      { question: 'role', values: ['inside'] },
      { question: 'papers', values: ['letter'] },
    ]);
    expect(answeredOf(at(day), given(['role', ['other']], papers))?.answers).toEqual([
      { question: 'role', values: ['other'] },
    ]);
  });
});
