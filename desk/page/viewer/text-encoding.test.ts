import { utf8ToBytes } from '@postern/protocol/bytes/encode';
import { describe, expect, it } from 'vitest';
import { decodeText } from './text-encoding.ts';

const hex = (bytes: string): Uint8Array => Uint8Array.from(Buffer.from(bytes.replaceAll(' ', ''), 'hex'));
/** As Windows-1251 has the letters of Russian: one after the other from 0xC0 on. */
const windows1251 = (text: string): Uint8Array =>
  Uint8Array.from(text, (letter) => (letter >= 'А' ? letter.charCodeAt(0) - 0x410 + 0xc0 : letter.charCodeAt(0)));
/** From the table of RFC 1489, by the places of а to я. */
const koi8Letters = 'юабцдефгхийклмнопярстужвьызшэщчъ';
const koi8 = (text: string): Uint8Array =>
  Uint8Array.from(text, (letter) => {
    const at = koi8Letters.indexOf(letter);
    return at < 0 ? letter.charCodeAt(0) : 0xc0 + at;
  });
const russian = 'На складе никто не спросил, почему в списке не было этих имен';

describe('a text', () => {
  it.each([
    ['UTF-8', utf8ToBytes('没有人 имён')],
    ['UTF-8 with its mark', hex('efbbbf e6b2a1e69c89e4baba20d0b8d0bcd191d0bd')],
    ['UTF-16 as Windows writes it', hex('fffe a16c 0967 ba4e 2000 3804 3c04 5104 3d04')],
    ['UTF-16 the other way round', hex('feff 6ca1 6709 4eba 0020 0438 043c 0451 043d')],
  ])('in %s is read without a doubt', (_, bytes) => {
    expect(decodeText(bytes)).toEqual({ text: '没有人 имён', guessed: null });
  });

  it('of a Chinese machine is read as what it is, and it is said that this was told by what it holds', () => {
    const bytes = hex(
      'b2d6bfe2c0efc3bbd3d0c8cbcecaa3acceaacab2c3b4c3fbb5a5c9cfc9d9c1cb20313420b8f6c3fbd7d68139ee39a1a3',
    );
    expect(decodeText(bytes)).toEqual({ text: '仓库里没有人问，为什么名单上少了 14 个名字㐀。', guessed: 'GB18030' });
  });

  it('of an older Russian one is, in small and in capital letters', () => {
    expect(decodeText(windows1251(russian))).toEqual({ text: russian, guessed: 'Windows-1251' });
    const loud = russian.toUpperCase();
    expect(decodeText(windows1251(loud))).toEqual({ text: loud, guessed: 'Windows-1251' });
  });

  it.each([
    ['Russian as KOI8-R', koi8(russian.toLowerCase())],
    [
      'Japanese as EUC-JP',
      hex(
        'c1d2b8cba4c7a4cfc3afa4e2a1a2a4caa4bcccbecaeda4cbccbec1b0a4aca4caa4a4a4cea4aba4f2bfd2a4cda4caa4aba4c3a4bfa1a3',
      ),
    ],
    [
      'Japanese as Shift-JIS',
      hex(
        '91718cc982c582cd924e82e0814182c882ba96bc95eb82c996bc914f82aa82c882a282cc82a982f0907182cb82c882a982c182bd8142',
      ),
    ],
    [
      'Greek as Windows-1253',
      hex(
        'cae1ede5dff220f3f4e7ed20e1f0efe8deeae720e4e5ed20f1fef4e7f3e520e3e9e1f4df20ddebe5e9f0e1ed20f4e120efedfcece1f4e1',
      ),
    ],
    ['Hebrew as Windows-1255', hex('e0e9f920e1eee7f1ef20ece020f9e0ec20eceee420e7f1f8e9ed20f9eee5fa20e1f8f9e9eee4')],
    [
      'Arabic as Windows-1256',
      hex('e1e320edd3c3e120c3cdcf20dded20c7e1e3d3cae6cfda20e1e3c7d0c720dbc7c8ca20c7e1c3d3e3c7c120e3e420c7e1dec7c6e3c9'),
    ],
    [
      'Thai as Windows-874',
      hex('e4c1e8c1d5e3a4c3e3b9a4c5d1a7b6d2c1c7e8d2b7d3e4c1aad7e8cdcbd2c2e4bba8d2a1c3d2c2a1d2c3'),
    ],
    [
      'Korean as EUC-KR',
      hex(
        'c3a2b0edbfa1bcadb4c220bec6b9abb5b520c0ccb8a7c0cc20bfd620bef8b4c2c1f620b9afc1f620becabed2b4d92e20b1d7b8aeb0ed20bcadb7f9b4c220b1d7b4ebb7ce20c0d6befab4d9',
      ),
    ],
    [
      'Chinese as Big5',
      hex('addcae77b8cca853a6b3a448b0dda141acb0a4b0bbf2a657b3e6a457a4d6a446a451a57cadd3a657a672a143'),
    ],
    ['French as Windows-1252', Uint8Array.from('Les noms ont été effacés à la main', (letter) => letter.charCodeAt(0))],
    ['chance bytes', Uint8Array.from({ length: 400 }, (_, at) => 0x80 + ((at * 89) % 127))],
    ['a program', hex('4d5a 0000 01')],
    ['half of a letter', hex('fffe a16c 09')],
  ])('that is %s is none: nonsense is shown for nothing', (_, bytes) => {
    expect(decodeText(bytes)).toBeNull();
  });
});
