/** Is it really them: every kind of thing that a person may find, true and false, in every language's words. */
import { fingerprint as asFingerprint } from '@postern/protocol/bytes/brand';
import { fingerprintToQr, verificationWords } from '@postern/protocol/keys/fingerprint';
import { newPassphrase } from '@postern/protocol/keys/passphrase';
import { loadWordList, type WordList, wordListIds } from '@postern/protocol/keys/word-lists';
import { sha256 } from '@postern/protocol/primitives/hash';
import { seededRandom } from '@postern/protocol/testing/seeded-random';
import { beforeAll, describe, expect, it } from 'vitest';
import { differenceOf, judge, type Pinned } from './verdict.ts';

const random = seededRandom('verdict');
const onion = 'http://postern7qhs5gk2vlwmbc3fxq4ydzt6nuiaoe2rj5pmx7kvwhd3czqb5yid.onion';
const file = new TextEncoder().encode('<!doctype html>');
const today = 20_780;
let pinned: Pinned;
let lists: readonly WordList[];

beforeAll(async () => {
  lists = await Promise.all(wordListIds.map(loadWordList));
  pinned = {
    fingerprint: asFingerprint(random(32)),
    addresses: ['https://notes.example', onion],
    offlinePage: await sha256(file),
    lastDay: today + 5,
  };
});

const ask = (given: string | Uint8Array, on = today): ReturnType<typeof judge> => judge(given, pinned, lists, on);

describe('an address', () => {
  it.each(['https://notes.example', ' notes.example ', 'HTTPS://Notes.Example/en/?x#y', onion, `${onion}/zh-Hans/`])(
    'of the list is theirs: %s',
    async (given) => {
      expect(await ask(given)).toEqual({ answer: 'yes', what: 'address' });
    },
  );

  it('that differs in one sign is not, and the sign is shown', async () => {
    const false1 = onion.replace('mbc3', 'mbd3');
    expect(await ask(false1)).toEqual({
      answer: 'no',
      what: 'address',
      difference: {
        given: {
          before: onion.slice(0, onion.indexOf('c3fx')),
          differing: 'd',
          after: onion.slice(onion.indexOf('3fxq')),
        },
        real: {
          before: onion.slice(0, onion.indexOf('c3fx')),
          differing: 'c',
          after: onion.slice(onion.indexOf('3fxq')),
        },
      },
    });
  });

  it('that only begins like the real one is not, and the rest is shown', async () => {
    const host = onion.slice('http://'.length);
    const verdict = await ask(`${host.slice(0, 10)}${'a'.repeat(46)}.onion`);
    expect(verdict).toMatchObject({ answer: 'no', difference: { real: { before: host.slice(0, 10) } } });
  });

  it.each([
    ['another scheme', 'http://notes.example'],
    ['another port', 'https://notes.example:8443'],
    ['a name in front of another host', 'https://notes.example@evil.example'],
    ['a longer host', 'https://notes.example.evil.example'],
    ['a subdomain', 'https://www.notes.example'],
    ['letters of another alphabet', 'https://nоtes.example'],
    ['something quite different', 'https://news.test'],
  ])('with %s is not', async (_, given) => {
    expect(await ask(given)).toMatchObject({ answer: 'no', what: 'address' });
  });

  it('of a list that has expired is not sure', async () => {
    expect(await ask('notes.example', today + 6)).toEqual({ answer: 'unsure', why: 'stale' });
    expect(await ask('notes.examp1e', today + 6)).toMatchObject({ answer: 'no' });
  });
});

describe('words', () => {
  it.each(wordListIds)('of %s are theirs, and with one changed or two exchanged they are not', async (id) => {
    const list = lists.find((one) => one.id === id)!;
    const words = verificationWords(pinned.fingerprint, list.words);
    const join = id.startsWith('chinese') ? '' : ' ';
    expect(await ask(words.join(join))).toEqual({ answer: 'yes', what: 'words' });
    const other = list.words.find((word) => !words.includes(word))!;
    expect(await ask(words.with(6, other).join(' '))).toMatchObject({ answer: 'no', what: 'words', places: [7] });
    const exchanged = words.with(0, words[1]!).with(1, words[0]!);
    expect(await ask(exchanged.join(' '))).toMatchObject({ answer: 'no', places: [1, 2] });
  });

  it('that are too few or of no list are not sure', async () => {
    const words = verificationWords(pinned.fingerprint, lists[0]!.words);
    expect(await ask(words.slice(1).join(' '))).toEqual({ answer: 'unsure', why: 'list' });
    expect(await ask('hello dear person of the desk over there')).toEqual({ answer: 'unsure', why: 'list' });
    for (const text of ['', `${'a.'.repeat(50_000)} b`])
      expect(await ask(text)).toEqual({ answer: 'unsure', why: 'nothing' });
  });

  it('that are a phrase of twelve are told to be a secret', async () => {
    const english = lists.find(({ id }) => id === 'english')!;
    const { words } = await newPassphrase(random, english);
    expect(await ask(words.join(' '))).toEqual({ answer: 'unsure', why: 'twelve' });
  });
});

describe('a code and a file', () => {
  it('are theirs if they are exactly the same', async () => {
    const code = fingerprintToQr(pinned.fingerprint);
    expect(await ask(code)).toEqual({ answer: 'yes', what: 'code' });
    expect(await ask(code.replace('postern', 'POSTERN'))).toEqual({ answer: 'yes', what: 'code' });
    const last = code.at(-2) === 'A' ? 'B' : 'A';
    expect(await ask(code.slice(0, -2) + last + code.at(-1))).toEqual({ answer: 'no', what: 'code' });
    expect(await ask(file)).toEqual({ answer: 'yes', what: 'file' });
    expect(await ask(new Uint8Array([...file, 10]))).toEqual({ answer: 'no', what: 'file' });
    const none = { ...pinned, offlinePage: new Uint8Array(32) };
    expect(await judge(file, none, lists, today)).toEqual({ answer: 'unsure', why: 'page' });
  });
});

describe('a difference', () => {
  it('is what lies between a common beginning and a common end', () => {
    expect(differenceOf('abXcd', 'abcd').given).toEqual({ before: 'ab', differing: 'X', after: 'cd' });
    expect(differenceOf('aa', 'aaa').real).toEqual({ before: 'aa', differing: 'a', after: '' });
  });
});
