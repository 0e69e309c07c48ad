/** Films of campaigns: what a campaign names, and hostile documents, captions and pictures (spec/protocol.md section 2.7). */

import { describe, expect, it } from 'vitest';
import { utf8ToBytes } from '../bytes/encode.ts';
import { WireError } from '../bytes/wire-error.ts';
import { FILM_BYTES_MAX, FILM_PIECE_BYTES, FILM_PIECES_MAX } from '../constants.ts';
import { documentHash } from '../keys/signed.ts';
import { sha256 } from '../primitives/hash.ts';
import { sampleCampaign, sampleFilm } from '../testing/campaign-samples.ts';
import { testOrganisation } from '../testing/organisation.ts';
import { readerFaults } from '../testing/reader-faults.ts';
import { decodeCampaign, encodeCampaign } from './campaign.ts';
import { requireCaptions } from './captions.ts';
import { decodeFilm, encodeFilm, type Film, type FilmText, filmPieces, openFilm, posterType } from './film.ts';

const { verifiedRoster, day } = await testOrganisation('film');
const film = sampleFilm(['ar', 'en', 'zh-Hans']);
const document = encodeFilm(film);
const campaign = { ...sampleCampaign(verifiedRoster, day), film: documentHash(await sha256(document)) };

function withText(change: Partial<FilmText>): Film {
  return { ...film, texts: film.texts.map((text) => ({ ...text, ...change })) };
}

describe('a film', () => {
  it('comes back from its bytes as it was, in one form only, and any damage is refused by its one error', () => {
    expect(decodeFilm(document)).toEqual(film);
    expect(readerFaults(document, (bytes) => encodeFilm(decodeFilm(bytes)))).toEqual([]);
  });

  it('is that of the campaign that names it, and one changed word makes it another [CAM-10]', async () => {
    const named = decodeCampaign(encodeCampaign(campaign));
    expect(await openFilm(document, named)).toEqual(film);
    const other = encodeFilm(withText({ transcript: 'A hospital. *Who asked?*' }));
    await expect(openFilm(other, named)).rejects.toMatchObject({ code: 'wrong-roster' });
    await expect(openFilm(document, { ...named, film: null })).rejects.toMatchObject({ code: 'wrong-roster' });
  });

  it('is not shown with a language of the campaign without words, or with words in one that it has not [CAM-10]', async () => {
    for (const languages of [
      ['ar', 'en'],
      ['ar', 'en', 'fr', 'zh-Hans'],
      ['ar', 'en', 'fr'],
    ]) {
      const bytes = encodeFilm(sampleFilm(languages));
      const named = { ...campaign, film: documentHash(await sha256(bytes)) };
      await expect(openFilm(bytes, named)).rejects.toMatchObject({ code: 'incomplete' });
    }
  });

  it('is cut into pieces that make the file again', () => {
    const file = crypto.getRandomValues(new Uint8Array(60_000));
    const long = new Uint8Array(2 * FILM_PIECE_BYTES + 1).map((_, at) => file[at % file.length] ?? 0);
    const pieces = filmPieces(long);
    expect(pieces.map(({ length }) => length)).toEqual([FILM_PIECE_BYTES, FILM_PIECE_BYTES, 1]);
    expect(Buffer.concat(pieces).equals(long)).toBe(true);
    expect(filmPieces(long.subarray(0, FILM_PIECE_BYTES))).toHaveLength(1);
  });

  it('has at most 32 MiB', () => {
    const hashes = (count: number) => Array.from({ length: count }, () => new Uint8Array(32));
    expect(FILM_BYTES_MAX).toBe(32 * 1024 * 1024);
    expect(() => encodeFilm({ ...film, bytes: FILM_BYTES_MAX, pieces: hashes(FILM_PIECES_MAX) })).not.toThrow();
    const larger = { ...film, bytes: FILM_BYTES_MAX + 1, pieces: hashes(FILM_PIECES_MAX + 1) };
    expect(() => encodeFilm(larger)).toThrow(WireError);
  });
});

describe('a hostile film', () => {
  it.each([
    ['a page for a picture', { ...film, poster: utf8ToBytes('<!doctype html><script>1</script>') }],
    ['an SVG for a picture', { ...film, poster: utf8ToBytes('<svg xmlns="http://www.w3.org/2000/svg"/>') }],
    ['a picture that is too large', { ...film, poster: Uint8Array.of(...film.poster, ...new Uint8Array(32_768)) }],
    ['more bytes than pieces', { ...film, bytes: FILM_PIECE_BYTES + 1 }],
    ['more pieces than bytes', { ...film, pieces: [...film.pieces, new Uint8Array(32)] }],
    ['no bytes', { ...film, bytes: 0, pieces: [] }],
    ['no width', { ...film, width: 0 }],
    ['an override in a transcript', withText({ transcript: 'news\u202etxt' })],
    ['an empty transcript', withText({ transcript: ' \n' })],
    ['an override in captions', withText({ captions: 'WEBVTT\n\n00:00.000 --> 00:01.000\nnews\u202etxt' })],
  ])('is refused with %s [CAM-12]', (_what, hostile) => {
    expect(() => encodeFilm(hostile)).toThrow(WireError);
  });

  it('is refused with a type that is not known [CAM-12]', () => {
    expect(() => decodeFilm(Uint8Array.of(1, 2, ...document.subarray(2)))).toThrow(/type is not known/);
  });

  it('knows its pictures by their first bytes', () => {
    expect(posterType(film.poster).type).toBe('image/png');
    expect(posterType(Uint8Array.of(0xff, 0xd8, 0xff, 0xe0)).type).toBe('image/jpeg');
    expect(posterType(utf8ToBytes('RIFFxxxxWEBPVP8 ')).type).toBe('image/webp');
  });
});

describe('captions', () => {
  const cue = '00:00.000 --> 00:01.500\nWho was paid?';

  it.each([
    ['one cue', `WEBVTT\n\n${cue}`],
    [
      'a title, a note, an identifier, hours, settings and two lines',
      `WEBVTT - film\n\nNOTE made by hand\n\n1\n01:00:00.000 --> 01:00:02.000 line:90% align:start\nOne\nTwo\n`,
    ],
  ])('may have %s', (_what, captions) => {
    expect(requireCaptions(captions)).toBe(captions);
  });

  it.each([
    ['no first line', cue],
    ['no cue', 'WEBVTT\n\nNOTE nothing'],
    ['a style', `WEBVTT\n\nSTYLE\n::cue { background: url(https://elsewhere.example/) }\n\n${cue}`],
    ['a region', `WEBVTT\n\nREGION\nid:r\nwidth:1%\n\n${cue}`],
    ['a header behind the title', `WEBVTT\nX-TIMESTAMP-MAP=LOCAL:0\n\n${cue}`],
    ['a cue without words', 'WEBVTT\n\n00:00.000 --> 00:01.000'],
    ['a cue that ends before it begins', 'WEBVTT\n\n00:02.000 --> 00:01.000\nWords'],
    ['times that are none', 'WEBVTT\n\n00:61.000 --> 00:99.000\nWords'],
    ['SubRip', 'WEBVTT\n\n1\n00:00:00,000 --> 00:00:01,500\nWords'],
    ['a cue in a note', `WEBVTT\n\nNOTE by hand\n00:02.000 --> 00:03.000\nMore\n\n${cue}`],
    ['two cues in one', `WEBVTT\n\n${cue}\n00:02.000 --> 00:03.000\nMore`],
  ])('are refused with %s [CAM-12]', (_what, captions) => {
    expect(() => requireCaptions(captions)).toThrow(WireError);
  });
});
