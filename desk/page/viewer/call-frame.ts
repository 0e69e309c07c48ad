/** Shows a call's page or picture inside a sandboxed frame without origin and network; nothing in it runs or leads anywhere. */

import type { CallPreview } from '@postern/desk/calls/workshop';
import { base64urlToBytes } from '@postern/protocol/bytes/encode';

/** What the page says: a preview, and the video that belongs to it as soon as that is there. */
export type FrameMessage = CallPreview & { readonly video: Blob | null };

type PagePreview = Extract<CallPreview, { kind: 'page' }>;

const sheet = new CSSStyleSheet();
document.adoptedStyleSheets = [sheet];

addEventListener('message', ({ data, source }: MessageEvent<FrameMessage>) => {
  if (source !== parent) return;
  if (data.kind === 'page') showPage(data, data.video);
  if (data.kind === 'picture') showPicture(data.svg);
});
document.addEventListener('click', (event) => {
  // A film plays, and its transcript opens; all else would lead away.
  if (!(event.target instanceof Element && event.target.closest('video, summary'))) event.preventDefault();
});
parent.postMessage('ready', '*');

/** A document that was parsed so has no scripts that run; the frame's policy lets none run either. */
function showPage({ html, style, film }: PagePreview, video: Blob | null): void {
  const made = new DOMParser().parseFromString(html, 'text/html');
  const { documentElement: root } = made;
  document.documentElement.lang = root.lang;
  document.documentElement.dir = root.dir;
  document.documentElement.className = '';
  sheet.replaceSync(style);
  // As elements of this document from the beginning: Firefox reads no captions of a player that came from another.
  const children = [...made.body.children].map((child) => document.importNode(child, true));
  const player = children.map((child) => child.querySelector('video')).find((found) => found !== null);
  if (player !== undefined && film !== null) handFiles(player, film, video);
  document.body.replaceChildren(...children);
}

let addresses: string[] = [];

/** In place of the addresses on the server: the frame fetches nothing. */
function handFiles(player: HTMLVideoElement, film: NonNullable<PagePreview['film']>, video: Blob | null): void {
  for (const address of addresses) URL.revokeObjectURL(address);
  addresses = [];
  const addressOf = (blob: Blob): string => {
    const address = URL.createObjectURL(blob);
    addresses.push(address);
    return address;
  };
  player.poster = addressOf(new Blob([base64urlToBytes(film.poster).slice()], { type: film.posterType }));
  player.querySelector('track')?.setAttribute('src', addressOf(new Blob([film.captions], { type: 'text/vtt' })));
  const source = player.querySelector('source');
  if (video === null) source?.remove();
  else source?.setAttribute('src', addressOf(video));
}

/** As a picture: a drawing that is shown so runs nothing and loads nothing. */
function showPicture(svg: string): void {
  const image = document.createElement('img');
  const address = URL.createObjectURL(new Blob([svg], { type: 'image/svg+xml' }));
  image.onload = () => URL.revokeObjectURL(address);
  image.src = address;
  image.alt = '';
  sheet.replaceSync('body{margin:0;background:#777}img{display:block;width:100%;height:auto}');
  document.body.replaceChildren(image);
}
