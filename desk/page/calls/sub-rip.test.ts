// Captions that an editor of films has saved as SubRip become WebVTT that a call may have.
import { requireCaptions } from '@postern/protocol/campaign/captions';
import { expect, it } from 'vitest';
import { webVttOf } from './sub-rip.ts';

it('keeps times and words, and drops numbers, colours and places', () => {
  const saved = [
    '\ufeff1\r\n00:00:01,000 --> 00:00:02,500\r\n<i>Who</i> knows?\r\n<font color="#ff0">We do.</font>\r\n',
    '2\r\n01:02:03,004 --> 01:02:04,000 X1:40 X2:600\r\n{\\an8}a < b --> c & d',
  ].join('\r\n');
  const captions = webVttOf(saved);
  expect(captions).toBe(
    'WEBVTT\n\n00:00:01.000 --> 00:00:02.500\n<i>Who</i> knows?\nWe do.\n\n01:02:03.004 --> 01:02:04.000\na &lt; b → c & d\n',
  );
  expect(requireCaptions(captions)).toBe(captions);
});

it.each([
  ['WebVTT', 'WEBVTT\n\n00:01.000 --> 00:02.000\n1\n'],
  ['a text', '1\nmeeting at 10:00'],
  ['nothing', ''],
])('leaves %s as it is', (_what, text) => {
  expect(webVttOf(text)).toBe(text);
});

it('turns a part that is not understood into captions that are refused, and loses nothing of it', () => {
  const captions = webVttOf('1\n00:00:01,000 --> 00:00:02,000\nWho?\n\n2\n00:00:03 --> 00:00:04\nWe.');
  expect(captions).toContain('00:00:03 --> 00:00:04\nWe.');
  expect(() => requireCaptions(captions)).toThrow();
});
