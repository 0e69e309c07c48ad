/** Campaigns: reading, listing by the roster, and hostile ones (spec/protocol.md section 2.7). */

import { describe, expect, it } from 'vitest';
import { bytesToHex, concat, utf8ToBytes } from '../bytes/encode.ts';
import { WireError } from '../bytes/wire-error.ts';
import { DocumentError } from '../keys/document-error.ts';
import type { Roster } from '../keys/roster.ts';
import { signRoster, type VerifiedRoster, verifyRoster } from '../keys/roster-chain.ts';
import { documentHash } from '../keys/signed.ts';
import { sha256 } from '../primitives/hash.ts';
import { sampleCampaign } from '../testing/campaign-samples.ts';
import { type TestOrganisation, testOrganisation } from '../testing/organisation.ts';
import { readerFaults } from '../testing/reader-faults.ts';
import { type Campaign, campaignState, decodeCampaign, encodeCampaign, verifyCampaign } from './campaign.ts';
import { encodeCampaignList, openCampaignList, payloadsOf } from './campaign-list.ts';
import type { CampaignText } from './campaign-text.ts';

const organisation = await testOrganisation('campaign');
const { verifiedRoster, day } = organisation;
const campaign = sampleCampaign(verifiedRoster, day);
const payload = encodeCampaign(campaign);

async function listing(bytes: Uint8Array, id = campaign.id) {
  return { ...verifiedRoster, campaigns: [{ id, hash: await sha256(bytes) }] };
}

function withText(change: Partial<CampaignText>): Campaign {
  return { ...campaign, texts: campaign.texts.map((text) => ({ ...text, ...change })) };
}

/** What another language's writer of the format would make, with one field changed in place. */
function replaced(from: string, to: string): Uint8Array {
  const [before, wanted] = [utf8ToBytes(from), utf8ToBytes(to)];
  expect(wanted.length).toBe(before.length);
  const at = Buffer.from(payload).indexOf(Buffer.from(before));
  expect(at).toBeGreaterThan(0);
  return concat(payload.subarray(0, at), wanted, payload.subarray(at + before.length));
}

describe('a campaign', () => {
  it('comes back from its bytes as it was', () => {
    expect(decodeCampaign(payload)).toEqual(campaign);
  });

  it('has one form only, and any damage is refused by its one error', () => {
    expect(readerFaults(payload, (bytes) => encodeCampaign(decodeCampaign(bytes)))).toEqual([]);
  });

  it('is the organisation’s if the roster lists its hash, and one changed word makes it another [CAM-1]', async () => {
    const roster = await listing(payload);
    expect((await verifyCampaign(payload, roster)).name).toBe('county-hospital');
    const changed = replaced('Who knows.', 'Who asked.');
    expect(decodeCampaign(changed).texts[0]?.who).toBe('Who asked.');
    await expect(verifyCampaign(changed, roster)).rejects.toMatchObject({ code: 'wrong-roster' });
    await expect(verifyCampaign(payload, verifiedRoster)).rejects.toBeInstanceOf(DocumentError);
  });

  it('is refused under another id, of another organisation, or for a desk that is not listed [CAM-1]', async () => {
    const elsewhere = await listing(payload, new Uint8Array(8).fill(9));
    await expect(verifyCampaign(payload, elsewhere)).rejects.toMatchObject({ code: 'wrong-roster' });
    const foreign = encodeCampaign({ ...campaign, fingerprint: new Uint8Array(32) });
    await expect(verifyCampaign(foreign, await listing(foreign))).rejects.toMatchObject({ code: 'wrong-organisation' });
    const roster = { ...(await listing(payload)), desks: verifiedRoster.desks.slice(1) };
    await expect(verifyCampaign(payload, roster)).rejects.toMatchObject({ code: 'unknown-desk' });
  });

  it('says whether it can be answered [CAM-4]', () => {
    expect(campaignState(campaign, day - 1)).toBe('not-begun');
    expect(campaignState(campaign, day)).toBe('open');
    expect(campaignState(campaign, day + 29)).toBe('open');
    expect(campaignState(campaign, day + 30)).toBe('ended');
    expect(campaignState({ ...campaign, withdrawn: true }, day)).toBe('withdrawn');
  });
});

describe('a hostile campaign', () => {
  const [override, isolate, escaped, tag] = ['\u202e', '\u2067', '\u001b', '\u{e0041}'];

  it.each([
    ['an override in its title', withText({ title: `news${override}txt.exe` })],
    ['an isolate in its text', withText({ body: `${isolate}text` })],
    ['an escape in a name', withText({ state: 'reviewed', reviewer: `R${escaped}[2J` })],
    ['tags in its summary', withText({ summary: `call${tag}` })],
    ['two lines for a title', withText({ title: 'one\ntwo' })],
    ['no title', withText({ title: ' ' })],
    ['a review by nobody', withText({ state: 'reviewed', reviewer: '' })],
    ['a path for a name', { ...campaign, name: '../roster' }],
    ['no desk', { ...campaign, desks: [] }],
    ['no language', { ...campaign, texts: [] }],
    ['days that end before they begin', { ...campaign, lastDay: day - 1 }],
  ])('is refused with %s [CAM-3]', (_what, hostile) => {
    expect(() => encodeCampaign(hostile)).toThrow(WireError);
  });

  it('may use the joiners and marks that Persian and Arabic need', () => {
    expect(() => encodeCampaign(withText({ title: 'می\u200cخواهم \u200fآ' }))).not.toThrow();
  });

  it('is refused with a kind of question that is not known [CAM-2]', () => {
    const at = Buffer.from(payload).indexOf('\u0004what\u0001');
    const changed = payload.slice();
    changed[at + 5] = 7;
    expect(() => decodeCampaign(changed)).toThrow(/kind is not known/);
  });

  it('is refused with a condition on a later question, or on an option that is not there [CAM-2]', () => {
    const [what, role, papers] = campaign.questions;
    if (what === undefined || role === undefined || papers === undefined) throw new Error('three questions');
    const prompts = (count: number) =>
      campaign.texts.map((text) => ({ ...text, prompts: text.prompts.slice(0, count) }));
    const late = { ...campaign, questions: [papers, role], texts: prompts(0) };
    const texts = late.texts.map((text, at) => ({
      ...text,
      prompts: [campaign.texts[at]?.prompts[2], campaign.texts[at]?.prompts[1]].filter((p) => p !== undefined),
    }));
    expect(() => encodeCampaign({ ...late, texts })).toThrow(WireError);
    expect(() => decodeCampaign(replaced('\u0006inside\u0008', '\u0006outsid\u0008'))).toThrow(WireError);
  });

  it.each([
    ['an id of a question', '\u0004what', '\u0004w\u202e'],
    ['an id of an option', '\u0006inside', '\u0006in\u202ee'],
    ['its name', 'county-hospital', 'county\u202espital'],
    ['a language', '\u0007zh-Hans', '\u0007zh-\u202es'],
  ])('is refused with an override in %s [CAM-3]', (_what, from, to) => {
    expect(Buffer.from(to).length).toBe(Buffer.from(from).length);
    expect(Buffer.from(payload).includes(from)).toBe(true);
    expect(() => decodeCampaign(replaced(from, to))).toThrow(WireError);
  });

  it('is refused with an override in a label, a hint or the words of an option [CAM-3]', () => {
    const [first, second] = campaign.texts[0]?.prompts ?? [];
    if (first === undefined || second === undefined) throw new Error('two questions');
    const hostile = [
      { ...second, label: `news${override}txt` },
      { ...second, hint: `${isolate}hint` },
      { ...second, options: [`yes${override}`, ...second.options.slice(1)] },
    ];
    for (const prompt of hostile) {
      const prompts = [first, prompt, ...(campaign.texts[0]?.prompts.slice(2) ?? [])];
      expect(() => encodeCampaign(withText({ prompts }))).toThrow(WireError);
    }
  });

  it('is refused in no more time than its length takes, whatever it says of its own lengths', () => {
    // A list of 255 desks, questions and texts in a campaign that ends there.
    for (const at of [0, 1, 33, 41, 57, 65, 66, 74, 75]) {
      const changed = payload.slice(0, at + 200);
      changed[at] = 0xff;
      expect(() => decodeCampaign(changed)).toThrow(WireError);
    }
  });

  it('is not the organisation’s with one bit changed anywhere, though the roster lists it', async () => {
    const roster = await listing(payload);
    for (let at = 0; at < payload.length; at += 7) {
      const changed = payload.slice();
      changed[at] = (changed[at] ?? 0) ^ (1 << (at % 8));
      await expect(verifyCampaign(changed, roster)).rejects.toMatchObject({ code: 'wrong-roster' });
    }
  });

  it('is refused when it is huge', () => {
    const body = 'x'.repeat(65_000);
    const long = withText({ body, who: body, wanted: body, never: body, after: body });
    expect(() => encodeCampaign(long)).toThrow(/at most 262144/);
  });
});

describe('the list of all campaigns', () => {
  it('[CAM-1] gives those that the roster lists, and leaves out what is changed, foreign or no campaign at all', async () => {
    const roster = await listing(payload);
    const changed = encodeCampaign(withText({ title: 'Another' }));
    const list = encodeCampaignList([changed, Uint8Array.of(1, 2, 3), payload]);
    expect((await openCampaignList(list, roster, day)).campaigns.map((opened) => opened.payload)).toEqual([payload]);
    expect((await openCampaignList(list, verifiedRoster, day)).campaigns).toEqual([]);
  });

  it('is refused cut short, with more after it, and of another version', async () => {
    const list = encodeCampaignList([payload]);
    for (const hostile of [list.slice(0, -1), Uint8Array.of(...list, 0), Uint8Array.of(2, ...list.slice(1))]) {
      await expect(openCampaignList(hostile, verifiedRoster, day)).rejects.toThrow(WireError);
    }
  });
});

describe('a campaign that a later roster lists otherwise than the one in use', () => {
  const withdrawn = encodeCampaign({ ...campaign, withdrawn: true });
  const rewritten = encodeCampaign(withText({ title: 'Another' }));
  const added = encodeCampaign({ ...campaign, id: new Uint8Array(8).fill(9), name: 'added', withdrawn: true });

  async function rosterOf(
    number: number,
    payloads: readonly Uint8Array[],
    { by = organisation, ...change }: Partial<Roster> & { readonly by?: TestOrganisation } = {},
  ): Promise<VerifiedRoster> {
    const campaigns = payloads.map(async (bytes) => ({ id: decodeCampaign(bytes).id, hash: await sha256(bytes) }));
    const previous = documentHash(new Uint8Array(32).fill(number));
    const roster = { ...by.roster, number, previous, ...change, campaigns: await Promise.all(campaigns) };
    const signed = await signRoster(roster, by.rootKey, by.random);
    return verifyRoster(signed, by.fingerprint, roster.firstDay);
  }

  async function shown(inUse: VerifiedRoster, items: readonly Uint8Array[]): Promise<readonly string[]> {
    const { campaigns } = await openCampaignList(encodeCampaignList(items), inUse, day);
    return campaigns.map((one) => `${one.name} ${one.texts[1]?.title} ${campaignState(one, day)}`);
  }

  it('[CAM-15] is withdrawn at once, and stays so however it is passed on', async () => {
    const [inUse, newer] = [await rosterOf(5, [payload]), await rosterOf(7, [withdrawn])];
    expect(await shown(inUse, [payload])).toEqual(['county-hospital The county hospital open']);
    expect(await shown(inUse, [payload, withdrawn, newer.signed])).toEqual([
      'county-hospital The county hospital withdrawn',
    ]);
    const opened = await openCampaignList(encodeCampaignList([withdrawn, newer.signed]), inUse, day);
    const again = await openCampaignList(encodeCampaignList(payloadsOf(opened)), inUse, day);
    expect(again).toEqual(opened);
    expect(again.campaigns[0]?.withdrawn).toBe(true);
  });

  it('[CAM-15] is not opened, changed or added by it', async () => {
    const closed = await rosterOf(5, [withdrawn]);
    const open = await rosterOf(5, [payload]);
    const reopening = (await rosterOf(6, [payload])).signed;
    expect(await shown(closed, [payload, withdrawn, reopening])).toEqual([
      'county-hospital The county hospital withdrawn',
    ]);
    const changing = (await rosterOf(6, [rewritten, added])).signed;
    expect(await shown(open, [payload, rewritten, added, changing])).toEqual([
      'county-hospital The county hospital open',
    ]);
  });

  it('[CAM-15] stays open if the roster that withdraws it is older, of today no more or not yet, or of another key', async () => {
    const inUse = await rosterOf(5, [payload]);
    const other = await testOrganisation('another root key');
    const late = { firstDay: day + 1, lastDay: day + 9 };
    const past = { firstDay: day - 9, lastDay: day - 1 };
    const refused = [
      await rosterOf(4, [withdrawn]),
      await rosterOf(5, [withdrawn]),
      await rosterOf(6, [withdrawn], late),
      await rosterOf(6, [withdrawn], past),
      await rosterOf(6, [withdrawn], { by: other }),
    ].map(({ signed }) => signed);
    const forged = (await rosterOf(6, [withdrawn])).signed.map((byte, at, all) =>
      at === all.length - 9 ? byte ^ 1 : byte,
    );
    for (const newer of [...refused, forged]) {
      expect(await shown(inUse, [payload, withdrawn, newer])).toEqual(['county-hospital The county hospital open']);
    }
  });
});

describe('the hash of a campaign', () => {
  it('differs for every language’s every word', async () => {
    const hashes = await Promise.all(
      campaign.texts.map(async (_text, at) => {
        const texts = campaign.texts.map((text, i) => (i === at ? { ...text, after: `${text.after}!` } : text));
        return bytesToHex(await sha256(encodeCampaign({ ...campaign, texts })));
      }),
    );
    expect(new Set([...hashes, bytesToHex(await sha256(payload))]).size).toBe(campaign.texts.length + 1);
  });
});
