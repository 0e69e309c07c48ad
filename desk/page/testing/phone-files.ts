/** Tiny files of the kinds that phones, recorders and browsers write. */

import { phonePictures } from '@postern/protocol/testing/phone-pictures';

/**
 * Pictures: 64 by 48, the left half blue, the right red, made by ffmpeg, as TIFF too. Sounds: ffmpeg's `sine`, a twentieth of a second, as Opus, FLAC (its spare room cut out) and AAC; the film is one red
 * picture in VP8. All of ffmpeg 5.1.
 */
const encoded = {
  ...phonePictures,
  tiff:
    'SUkqAHAAAAB4nO3OUQkAIABEsde/s2KKAz8GC7C6LZ2amub9/f39/f39/f39/f39/f39/f39/f39/f39/f39/f39/f39P/8/uHni' +
    'pggACAAIAEgAAAABAAAASAAAAAEAAABMYXZjNTkuMzcuMTAwAA4A/gAEAAEAAAAAAAAAAAEEAAEAAABAAAAAAQEEAAEAAAAwAAAA' +
    'AgEDAAMAAABMAAAAAwEDAAEAAACygAAABgEDAAEAAAACAAAAEQEEAAEAAAAIAAAAFQEDAAEAAAADAAAAFgEEAAEAAAAwAAAAFwEE' +
    'AAEAAABEAAAAGgEFAAEAAABSAAAAGwEFAAEAAABaAAAAKAEDAAEAAAACAAAAMQECAA4AAABiAAAAAAAAAA==',
  opus:
    'T2dnUwACAAAAAAAAAAAAAAAAAAAAAAIotXIBE09wdXNIZWFkAQE4AYC7AAAAAABPZ2dTAAAAAAAAAAAAAAAAAAABAAAASZW+VAEu' +
    'T3B1c1RhZ3MGAAAAZmZtcGVnAQAAABQAAABlbmNvZGVyPUxhdmMgbGlib3B1c09nZ1MABHgMAAAAAAAAAAAAAAIAAACLdMCCBA0W' +
    'EhIIg22C0Bz96kn+AT/ACKcaXYqYLl9vBctKGu2388jWBU76QAihLxDkXfvcUn697dkHXtAjgAiEnfTEMVOYovwXHRp+Nk4ZoA==',
  flac:
    'ZkxhQ4AAACICQAJAAADLAADLAfQA8AAAAZAilYmSioD/lQJDJEsQF/Vv//h0CAABjyROAAAFawoyDcUPtg/NDgUKlOWZyr5sVL+v' +
    'EHLfMMEs/x4AKZKJCgjFkMI5UWEwiyJrprlESQstd6YRhRIWS1fryiJEkVZDVqEwjAuF1zRhMsEYSksjEeXiiSFEpfTLKJEUIwjX' +
    'MuKREURa+60iwUikxGEGSZKJCgjFkMI5UWEwiyJrprlESQstd6YRhRIWS1fryiJEkVZDVqEwjAuF1zRhMsEYSksjEeXiiSFEpfTL' +
    'KJEUIwjXMuKREURa+60iwUiA5qQ=',
  webm:
    'GkXfo59ChoEBQveBAULygQRC84EIQoKEd2VibUKHgQJChYECGFOAZwEAAAAAAAG/EU2bdLpNu4tTq4QVSalmU6yBoU27i1OrhBZU' +
    'rmtTrIHGTbuMU6uEElTDZ1OsggEMTbuMU6uEHFO7a1OsggGp7AEAAAAAAABZAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' +
    'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAVSalmoCrXsYMPQkBNgIRM' +
    'YXZmV0GETGF2ZkSJiEBpAAAAAAAAFlSua8GuAQAAAAAAADjXgQFzxYgAAAAAAAAAAZyBACK1nIN1bmSIgQCGhVZfVlA4g4EBI+OD' +
    'hAvrwgDgibCBELqBEJqBAhJUw2fRc3POY8CLY8WIAAAAAAAAAAFnyJhFo4dFTkNPREVSRIeLTGF2YyBsaWJ2cHhnyKJFo4hEVVJB' +
    'VElPTkSHlDAwOjAwOjAwLjIwMDAwMDAwMAAAH0O2dcLngQCjvYEAAIDwAgCdASoQABAAAEcIhYWIhYSIAgICdaoD+AP6Ag1NGAD+' +
    '/W7z/+OZNzDE/45t//FhPA4oyP/xUQAcU7trkbuPs4EAt4r3gQHxggFi8IED',
  aac:
    '//FsQB+f/N4CAExhdmM1OS4zNy4xMDAAAjRlWtjFQMn7TffskhuRIkiJEiDsTiOFdC9H/z7ezj4FyZrLYu7ui+Ts88ZeQdEcBxLp' +
    'nnPovYVk7m6M2tt3TXfPbe5e1v5Hp4RJXl7bSVzPjGP1Wbr7hMhR7X3EPk8Kjyce8dztfc5bWHX6eeqbdstmqv00yUW0O0t9TVz2' +
    '0DfUboVBMJ1M6VHmiqqmKKoTFVVMUVQmJFQKKpBEioESETFFUCJCCKJCCJCAUSEEUSARIQCiQgiQgFEhBFEgESEAokAiQgXRSIIo' +
    'kC4pEFdFIi4pEC6KRBXSIFxSIK7ukF10iBdw//FsQBk//AE2MojMKhsEsiqdZUKlyS0kiRIiID+ZPuPhvPoP8D3LI277i2OLFXhI' +
    'LYmikWM7GwHq2tcDtq0Zs2KRFwkE2Zv30P/Cfcvht3Qf4HuWRt33Hwb3hfzJ9x8Nu6D/A9yyZnfc/wb3hfzJ9x8Gd0P/A9yyNu6D' +
    '/BveF/Mn3HwbPC/mT7lkbd0H+B7k/mT7j4NnhfzJ9yyNu6D/A9yfzO+4+DZ4X8yfcZDO6D/A9yyNu+5/g2eF/Mn3HwZ3Qf4HuWRt' +
    '3QOA',
} as const;

export type PhoneFile = keyof typeof encoded;

export function phoneFile(kind: PhoneFile): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(encoded[kind], 'base64'));
}

/** As recorders and messengers write it: silence, by default of an eighth of a second, 8 bits, 8000 samples a second. */
export function wavFile(samples = 1000): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(44 + samples).fill(0x80);
  const view = new DataView(bytes.buffer);
  for (const [at, name] of [
    [0, 'RIFF'],
    [8, 'WAVE'],
    [12, 'fmt '],
    [36, 'data'],
  ] as const)
    bytes.set(Buffer.from(name), at);
  for (const [at, value] of [
    [4, 36 + samples],
    [16, 16],
    [24, 8000],
    [28, 8000],
    [40, samples],
  ] as const)
    view.setUint32(at, value, true);
  for (const [at, value] of [
    [20, 1],
    [22, 1],
    [32, 1],
    [34, 8],
  ] as const)
    view.setUint16(at, value, true);
  return bytes;
}

/** Two by two pixels without colours of a palette, black. @param height with a minus where it is drawn from above */
export function bitmapFile(width = 2, height = -2): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(54 + 16);
  const view = new DataView(bytes.buffer);
  bytes.set(Buffer.from('BM'));
  view.setUint32(2, bytes.length, true);
  view.setUint32(10, 54, true);
  view.setUint32(14, 40, true);
  view.setInt32(18, width, true);
  view.setInt32(22, height, true);
  view.setUint16(26, 1, true);
  view.setUint16(28, 24, true);
  return bytes;
}
