/** Small archives of the kinds that the desk lists. */

import { crc32 } from 'node:zlib';

/** By 7-Zip 26.02, GNU tar 1.34 and XZ 5.4: `资料/名单.txt` in all; in `7z` also three million zeros, and a program whose name turns around. Of `hidden` the names are locked too. */
const encoded = {
  '7z':
    'N3q8ryccAAQRQ8USigIAAAAAAAAjAAAAAAAAAJ/Iqab/95sBbF0APAAz/9//UdavkBwbTKo9eyjkenS85ahKYwlT32TfdoVCIbd/yZS2QNEFn9fe' +
    '47h6Hl4kWv6MeBjVuym51p/2hd5OIjnAQh+57aAsDG8fq0+vnbYcy/4ZcxE9oH5I9NB0VoOcBG7Mvdnoiq2XLf8u65odus6xJxhcWYbpZlJYvul2' +
    'rFnk5VsFCPnH2q38+1IrdM0eWyBC+d1TPfgpZAk7gMsqbN+1O/DEvS5fqg8+S2ZCkBMO/xCT+HF4WfgLzf+VKEYPqfx83vuaMC5WwI+F84OBwGXE' +
    'JVP49ZE2MQWlsO5vwXBNRwzRkRGqrWAdus6xJxhcWYbpZlJYvul2rFnk5VsFCPnH2q38+1IrdM0eWyBC+d1TPfgpZAk7gMsqbN+1O/DEvS5fqg8+' +
    'S2ZCkBMO/xCT+HF4WfgLzf+VKEYPqfx83vuaMC5WwI+F84OBwGXEJVP49ZE2MQWlsO5vwXBNRwzRkRGqrWAduM1C+43PKgCMAOxzU6f9vq58MRqf' +
    't40xbnCepyNf7CjLhdGVmIp+KpHyJ3X3GcAGmE2Y/div1ZAPxCVT+PWRNjEFpbDub8FwTUcM0ZERqq1gHbrOsScYXFmG6WZSWL7pdqxZ5OVbBQj5' +
    'x9qt/PtSK3TNHlsgQvndUz34KWQJO4DLKmzftTvwxL0okJCkBW4wI7ogioAAAAAAgTMHrg/VSIE+PWw3s8RMQS9Z6saHPH3ePp/79XPbK/YBrJ9T' +
    'MNVqOfycpRhYBAjeLy4UQhxrsAoeRNTFhi0DQ64O6vtwzl7VkfXjA7Xg64w7Z6NwCDPCoGpjK+9B/6+d5nST79PKd+6q3gDDOqK2X9z2k9NYo35t' +
    'bkco9Pq9vddsQBcGggYBCYCEAAcLAQABIwMBAQVdABAAAAyAmgoB5Da2JAAA',
  hidden:
    'N3q8ryccAARHj/EngAAAAAAAAAA7AAAAAAAAANdSfmjR3r8VyOzuSbYS9V3nGgUwuMQPTSlQpBmIJ6Oe3uueiC22dLP/AKTADLzdubQT3M9Aomhb' +
    '0ZWE7CQSTwasd6ZzmCkbjPNcfX+7wjGwKVdPpV4dgHeNfdewjU6LjFClqaNY39DCXcLJ1jIfsIMva6T8AvOxYwj29a4ypCC4riuluhcGEAEJcAAH' +
    'CwEAAiQG8QcBElMPjj21VkYFci5TrnA7G2J6vSMDAQEFXQAQAAABAAxpagoBEtOLAwAA',
  'tar.xz':
    '/Td6WFoAAATm1rRGAgAhARwAAAAQz1jM4Cf/AIFdAHQtTI5kvIiCsaPooFOd1WGwiZayoIX+HW345rYYNTaZ8sB7sA0r/bFA6Iqe9kJTflpCXPLU' +
    'DmeQJqQupUSMr0MsYW2rDX2QEcr+lMLJ3G75xZVrP03gxfwFKdlBRITRpSC4Z/XRzg+aqFsVMT7gD1qVZd1gZIjd4zNQRJ1293kAAAAAAAA+6kc3' +
    'gMnnwgABnQGAUAAAe2Ao3rHEZ/sCAAAAAARZWg==',
  'tar.bz2':
    'QlpoOTFBWSZTWX0O3hoAAKd/7cmQAFBAAfeAAACAMGDBnkAEAkMgAgAAAINAAAggAJSEpNU9NNQ9QAbSPU0bUHo1BJShiaYNAjAjCYC45ZBC3ueE' +
    'gH3UJImbK96CGZhAeQaMEg7ARVNBIU9/RrhES6LhCDSMNrFfY3f0c+16pRh46mEsOQeQUtJGI0mwmYzIUMqMpmZlTcNyqVjYCDoXckU4UJB9Dt4a',
  'tar.zst':
    'KLUv/QRoTQMAFATotYTmlpkvADA3NTUAMDExNjYyACA1AAB1c3RhciAgAHJvb3QA5ZCN5Y2VLnR4dDY0NDY0NTA3ACAwWmhhbmcKAA8gYC0slgP2' +
    'A2/AqtZd4SCfOCCDp1MYB4D2/zPh+4EDDgqwnHgcEGMseQ==',
};

export function archiveFile(kind: keyof typeof encoded): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(Buffer.from(encoded[kind], 'base64'));
}

interface RarOptions {
  /** Whether names are locked with a password. */
  readonly isLocked?: boolean;
}

/** RAR 4 with these files, not packed: no free program writes any. */
export function rar4File(names: readonly string[], { isLocked = false }: RarOptions = {}): Uint8Array<ArrayBuffer> {
  const files = names.map((name) => {
    const encodedName = Buffer.from(name);
    const fields = [little(1, 4), little(1, 4), little(3, 1), little(crc32('x'), 4), little(0, 4), little(20, 1)];
    const rest = [little(0x30, 1), little(encodedName.length, 2), little(0o100644, 4), encodedName];
    return Buffer.concat([block4(0x74, 0x8200, Buffer.concat([...fields, ...rest])), Buffer.from('x')]);
  });
  const begin = block4(0x73, isLocked ? 0x80 : 0, Buffer.alloc(6));
  return joined('Rar!\x1a\x07\0', begin, ...files, block4(0x7b, 0x4000, Buffer.alloc(0)));
}

/** The same in RAR 5. */
export function rar5File(names: readonly string[], { isLocked = false }: RarOptions = {}): Uint8Array<ArrayBuffer> {
  const files = names.map((name) => {
    const encodedName = Buffer.from(name);
    const fields = [number(1), number(4), number(1), number(0o100644), little(crc32('x'), 4), number(0), number(1)];
    return Buffer.concat([block5(2, 2, ...fields, number(encodedName.length), encodedName), Buffer.from('x')]);
  });
  const locked = isLocked ? [block5(4, 0, number(0), number(0), Buffer.alloc(17))] : [];
  return joined('Rar!\x1a\x07\x01\0', ...locked, block5(1, 0, number(0)), ...files, block5(5, 0, number(0)));
}

function joined(head: string, ...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(Buffer.concat([Buffer.from(head, 'latin1'), ...parts]));
}

function block4(type: number, flags: number, fields: Uint8Array): Uint8Array {
  const block = Buffer.concat([little(type, 1), little(flags, 2), little(7 + fields.length, 2), fields]);
  return Buffer.concat([little(crc32(block) & 0xffff, 2), block]);
}

function block5(type: number, flags: number, ...fields: readonly Uint8Array[]): Uint8Array {
  const body = Buffer.concat([number(type), number(flags), ...fields]);
  const block = Buffer.concat([number(body.length), body]);
  return Buffer.concat([little(crc32(block), 4), block]);
}

function little(value: number, bytes: number): Uint8Array {
  return Uint8Array.from({ length: bytes }, (_, at) => Math.floor(value / 256 ** at) & 0xff);
}

/** Seven bits in a byte. */
function number(value: number): Uint8Array {
  return value < 0x80
    ? Uint8Array.of(value)
    : Uint8Array.of((value & 0x7f) | 0x80, ...number(Math.floor(value / 0x80)));
}
