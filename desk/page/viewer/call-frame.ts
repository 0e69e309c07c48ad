/** Shows a call's page or picture inside a sandboxed frame without origin and network; nothing in it runs or leads anywhere. */

import type { CallPreview } from '@postern/desk/calls/workshop';

const sheet = new CSSStyleSheet();
document.adoptedStyleSheets = [sheet];

addEventListener('message', ({ data, source }: MessageEvent<CallPreview>) => {
  if (source !== parent) return;
  if (data.kind === 'page') showPage(data.html, data.style);
  if (data.kind === 'picture') showPicture(data.svg);
});
document.addEventListener('click', (event) => event.preventDefault());
parent.postMessage('ready', '*');

/** A document that was parsed so has no scripts that run; the frame's policy lets none run either. */
function showPage(html: string, style: string): void {
  const made = new DOMParser().parseFromString(html, 'text/html');
  const { documentElement: root } = made;
  document.documentElement.lang = root.lang;
  document.documentElement.dir = root.dir;
  document.documentElement.className = '';
  sheet.replaceSync(style);
  document.body.replaceChildren(...[...made.body.children].map((child) => document.adoptNode(child)));
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
