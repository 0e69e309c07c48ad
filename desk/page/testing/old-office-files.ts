/** Files as Office programs of 1997 to 2003 have them. */

import { gunzipSync } from 'node:zlib';

/**
 * A letter with a header, a note, a remark, a list, a table, a link to 127.0.0.1 and words in Chinese, Russian and Arabic, which LibreOffice 7.4 saved as Word 97. Packed by gzip.
 */
const encoded = {
  doc:
    'H4sIAAAAAAACA+1afWxT1xU/9/nZfg5xcJxA+AjFpCawFIIDgSaUkk9YMBBCCYVuNOCQpEATO8sHBTGtlLGKP9iabkXrH0hrJ0BdQRVj01Shqtuq' +
    'DmlTP1CrMjpNG1P/KRtCgFBU/miy3z3v2nlx4sQxSIzOx/r53XvfPffz3HvOPfdd/Dj7yuu/nvEviqPHyEYDgy5yWNIEMDUa8RBpKm1gcHAwmjyY' +
    'pgeKvlZPOYc65s8OyDl3AgbgAjKASWqe3XhmAZNNEaBswAvkALnAFJUvTz3T9L9NT1AEvx7y0SoK49lF+2kiNBUSYy0vGZ6BJPMlS+n6U68/un8n' +
    's/4zgWTWv9QRcv1PA6YDM4CZQD4wC3gImA34gDlAAfAw4AfmAoXAPGA+8C2gCHgEWAAsBIqBRUAAKAEWA0uAUmApsAx4FCgDyoHlrM/Mfj6O50oV' +
    'rsSzSoVr/k/3K4Fe2zJMGXK4NJaJP5iisVrO3/rdO7si3ZG2Ht+WSFfLwtrIs70dreEelon1m2RabWQnS4IMFyPC74vL6Hb5ue+NL4vCNCNSJi+k' +
    'KQOlfJcl0qQmiObNQU0+Icv12N+6qINC1K7kuMRPRX5R5ZdSU11EG4I22gjUBKdRR51L7wbW1mnUELRTuE43eoCmoINCeL+9rlyn1SQ8G0WzWM3r' +
    'o45aUXYL7cb++QxkuoRXgqCMQpq0WlBlIeWcuEG5J/Zh3dQE/bTUECE8thkica8W08DsW4M3WbKz0YNetL8Z9XTFatmEfVqmRdCrbuZZRps9twaF' +
    'WMardA3v5pIjjH+5v69j3md5HVcXuTp3ER2klUXIL+vKZr4c9M3UB2H+bwVfDe1C/7qAnarEbtXGQtQ3Ryzm3WAkXxXCO8ErR59gTdYVCazYIvCU' +
    'iADvIlLjtIzDUcqtqxKlPNfxHInathpcgswZcsbNkBydKbE5cfgF9qkNQSdEwIn5yce0G2ROdz5qr/bIckp5phtRzj4ey2q0oIU1pQe7nbclVwiU' +
    'iHk/cZT3tUWekOgScn/Tedy7wSUFPQ/xpqCLKqkA5R4Sldy+GrSuEzl2o9Qwt28aStvH7ctE+7wsmssMIVmlFD5tiELu4U9FIe/Za3hcZOtkbDpz' +
    'mTXVcr5filqWpOhIyJHyISS5fLG5a+Vx92C/dl8wSPvUe2qu0GRR2Jlne14X54SfV5S1FFnfTK6PaAXNQq/eEytYd8RLhKw/n5oON4qnDxPtOHxm' +
    'QHIZ6FsuOpVLy7iln7AcZmGsQ5DudjXLESXN8r+bS58lVzFXK7XPP5UmG9JHGo/7SCpWucfWpmTRcpKu80xywZSMls2zYLqC1IBSpf7NZWpZGX4f' +
    'uIz4313Dte4B4BRwFjgn1+XW3MEpBzXuo8Tg5PifuY1qCd4xz1DzhnZcbNxNPBvQ3BfsMp8jnft+5M4bRYoMzn1R23H41QHOfVFzbAhmYKeSGu/Y' +
    'DRGz4OKI+cr0GF+Z7pCyU0xjc7xmj3G8ZgeHNi6H4YxxGE5w2Mbl6DRiHJ0GOPRxOS67YhyXXeCwj8tROSnGUTkJHI5xOd7IjHG8kQkO57gcnqwY' +
    'hycLHAY4tFHyawltdeub69HcHktCg7kXsMny7al9IhlzqBGbXgc2ym5sm/V4PoenPOJ18GYP8xjlJGNvWc0LmEmFydVexQaKaWhVoaZkmGrRyj3g' +
    'eRJGjjRrTCOnDW8qHKmVIHsqlcTaJPnrWUFFhtUulU6Q1nKaPBpsTKEssx0+bt9ejoVgfoS4BvSu8O56t+YuWhTXN/+97lu5npyUSbNI8jTj31Ts' +
    'BdgQhPFjnDz+hAJ2iVGOC+pwd5xjblbMP+xzj0h1K455Nj5nsv5O010ctAL3vsw4GfElOUkTbsnBxK9O8xK7S7r453/vv3P+o+yjh+hNWvurSRof' +
    'X4iuxKVLR8QuSHoPzP3ltAi/EhyjHoXqCCiUIL0c6e3KxO6mhVhxvXx8SODLkQKvjXaupis/+sWtOxt2eU6/bNAj837zuRy37yv/jlD+EenfqVQ+' +
    'nnVK2WxVvp4WtYw61VRd/dr03WhqDiot9SUTnkj72Zr97MPPjhfP9Pzs52j/gjtvyXmyx6VtU36mqGXssbQ1UXqahujaSSHW+1xYdze8v7cuL8M8' +
    'lWRRTSjSHgqXjbLoXPpUqvIOxc+ps9cMFZ88wvaZzCcfocIOtUxkOJ6OmFKg9gP5lJBSmqmb0hnQTU/hkyrerJseyPFor25K/luK77xueiaj9AV6' +
    'fg2ickm33HalQO8ZqfF9jCXYbFkQHxmmVzWepuk07HYuTQkkXDc9wEcN04N8v+ltw5Rjq5xk3od2aPT5mO8fijo8HlDCiVekpT9NaRrzCLbxJ/WL' +
    'wl9sOrz3ZHOw0U1f9j1/bP6WV+qNZ35w4MV6d+PmTVpAg2Wer5fpjwNVerVeqfuoQl+pl+oVnBLQH0NKvq9KxVfqy/VZvmLoejf7ttvoKkrI8fno' +
    'Jp5nfEuR3oaDYhcfAH0wcOWBuwemsfT2tit/uRv/rbSTfb8tiH36lLvRSXP0Gn0FfgHdSU7ybXfVO2kJTBYZK3KscvjwX+eodgQd5QjPc9QiXOeY' +
    '5yjEO3esjhygjp6iBlpFT8DuXYPDrTwQF6RsnhfAqslFekj1qZ1vG1qhud3YiVw4Mu/m2w1Z+3rk2o/nggOv1Pe+WowcbjpRP6Pvyz75TuYzR6CL' +
    'c5mj08C3IvKQ7I797LSFb0t8SJUldnMoQhXqfVIE7eMHCoFtQBPwF2kBAf3AV0AQduA6oB7YATQDLUAb8A7wrsv0YkvPNn1F/XQbuNZ/tZ/+Qf0f' +
    'ptdYauRbW0fUUTdo6wbCQA+wHWgIyqsdaOcptj0y42ZDBILZsWtMPRDEYWey+c5hCLzWDGH7DoCg28LjlRd+mF8PsAPYBxwH3gTOAu8A76pbipvW' +
    'pv0nYWTYd2R/tUY+sEb+aI00WyNbxh4UGE5T/WJNm9TsNj+F/CSvcZs4NS/6wrgUkGe9T7yn5iY72Ln92pEc1yU+bngv5Sr3venCV6HOCSWXXnLA' +
    '/rCpgBYN6NGAgUBbKdlKE/Vp9FSsML5X1sZOc1h53LG7aDMtevXJvO+r9f4BcN0w1/WLwBHgt8DvgLeB82qty3V+2zpyx6yRlxJGXrBGnrdGnrNG' +
    'eoe7By007FuCiDWyZ8RsYhrRuaX+oeN/FM6ZahAyzQ8AZJo7X6XF3U3Gj+M3Ucoyo/u2POsPc430p3fgbxwNE2eWfa2CVgSosoGoukGj2WcPFfvO' +
    'XqiaczasFwB5wMN9Jx3+vrC+GHlK+rZqgU7pTl2C2PzFlBVID+qDTffy+08pUPHfkI3GI31+/KEGC2ENX0920gYYAnsm3H4vaezXtVNyX2bEKw2B' +
    'etv565TUKAO1y3ptE6hftjfqqSyxfOmSCmWRxpcmE/n+U7a1JMsM1/LVW+iu+z+R+uX3QadV2I6Tkfy6rYMvAvfzl0xtsS/2hr6JSkTzSYt9OZNs' +
    '/RXAmZi9KetqwThEcDrr5cvzcOLrlhE0I4X+S29f1G9uH1HzxMajLIX6q4FoD/8LI9qarAAyAAA=',
};

export function oldOfficeFile(kind: keyof typeof encoded): Uint8Array<ArrayBuffer> {
  return new Uint8Array(gunzipSync(Buffer.from(encoded[kind], 'base64')));
}
