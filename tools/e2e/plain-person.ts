// A person without scripts, reduced to what their browser sends: forms, one cookie, and what stands in the pages.
import { decodeHtml } from './plain-html-text.ts';

export type Fields = Readonly<Record<string, string>>;

export class PlainPerson {
  readonly url: string;
  cookie = '';
  /** The page that was seen last. */
  html = '';
  status = 0;
  headers = new Headers();
  readonly #says: Readonly<Record<string, string>>;

  /** @param says what the browser and proxies say of the person with every request */
  constructor(origin: string, language = 'en', says: Readonly<Record<string, string>> = {}) {
    this.#says = says;
    this.url = `${origin}/plain/${language}/`;
  }

  async look(query = ''): Promise<string> {
    return this.#take(await fetch(this.url + query, { headers: { ...this.#says, cookie: this.cookie } }));
  }

  /** Sends a form as it stands in the page, with these values, and follows to the page that comes of it. */
  async press(go: string, fields: Fields = {}): Promise<string> {
    return this.send(new URLSearchParams({ ...this.hidden(), ...fields, go, end: '1' }).toString());
  }

  /** Sends these bytes as a form. */
  async send(body: string | Uint8Array, type = 'application/x-www-form-urlencoded'): Promise<string> {
    const response = await fetch(this.url, {
      method: 'POST',
      redirect: 'manual',
      headers: { ...this.#says, cookie: this.cookie, 'content-type': type },
      body: body as string,
    });
    await this.#take(response);
    const location = response.headers.get('location');
    return location === null ? this.html : this.look(new URL(location, this.url).search);
  }

  /** Sends the form of the page with files, as a browser does with the button beside them. */
  async attach(files: readonly File[], fields: Fields = {}, go = 'attach'): Promise<string> {
    return this.sendFiles(this.withFiles(files, fields, go));
  }

  withFiles(files: readonly File[], fields: Fields = {}, go = 'attach'): FormData {
    const form = new FormData();
    for (const [name, value] of Object.entries({ ...this.hidden(), ...fields })) form.append(name, value);
    for (const file of files) form.append('files', file);
    form.append('go', go);
    form.append('end', '1');
    return form;
  }

  async sendFiles(form: FormData): Promise<string> {
    const init = { method: 'POST', redirect: 'manual', headers: { cookie: this.cookie }, body: form } as const;
    const response = await fetch(this.url, init);
    await this.#take(response);
    const location = response.headers.get('location');
    return location === null ? this.html : this.look(new URL(location, this.url).search);
  }

  /** Buttons of this verb in the page, with what they are for. */
  buttons(verb: string): string[] {
    return [...this.html.matchAll(/name="go" value="([^"]*)"/g)].flatMap(([, go = '']) =>
      go.startsWith(`${verb}:`) ? [go] : [],
    );
  }

  /** The hidden fields of the page's own form. */
  hidden(): Fields {
    const found = [
      ...this.html.matchAll(
        /<input type="hidden" name="(form|for|text|desk|with|call|asked|q-[^"]*)" value="([^"]*)">/g,
      ),
    ];
    return Object.fromEntries(found.map(([, name = '', value = '']) => [name, decodeHtml(value)]));
  }

  get text(): string {
    return decodeHtml(this.html.replaceAll(/<[^>]*>/g, ' '));
  }

  /** What stands in the field for the message. */
  get typed(): string {
    return this.typedIn('text');
  }

  typedIn(name: string): string {
    const field = new RegExp(`<textarea[^>]*name="${name}"[^>]*>\\n?([\\s\\S]*?)</textarea>`);
    return decodeHtml(field.exec(this.html)?.[1] ?? '');
  }

  get words(): string[] {
    return [...this.html.matchAll(/class="word">([^<]+)</g)].map(([, word = '']) => word);
  }

  get notice(): string {
    return decodeHtml(
      /<div id="notice"[^>]*>([\s\S]*?)<\/div>/.exec(this.html)?.[1]?.replaceAll(/<[^>]*>/g, ' ') ?? '',
    );
  }

  /** The first desk of the choice. */
  get desk(): string {
    return /name="desk" value="(\w+)"/.exec(this.html)?.[1] ?? '';
  }

  /** From the first page to the words. @param desk by default the first */
  async write(message: string, desk?: string): Promise<string[]> {
    await this.look();
    await this.press('write');
    await this.press('submit', { text: message, desk: desk ?? this.desk });
    return this.words;
  }

  /** The words that are asked for, typed from paper. */
  asked(words: readonly string[]): Fields {
    const places = [...this.html.matchAll(/<label><span>\D*(\d+)\D*<\/span>/g)].map(([, place]) => Number(place) - 1);
    return Object.fromEntries(places.map((place, at) => [`word${at}`, words[place] ?? '']));
  }

  /** Looks again until this is so, as the page does by itself. */
  async until(what: string, isTrue: () => boolean, seconds = 30): Promise<void> {
    for (let second = 0; second < seconds; second++) {
      if (isTrue()) return;
      await new Promise((resolve) => setTimeout(resolve, 1000));
      await this.look();
    }
    throw new Error(`wait for a page: ${what}: not after ${seconds} seconds:\n${this.text}`);
  }

  async #take(response: Response): Promise<string> {
    this.status = response.status;
    this.headers = response.headers;
    const set = response.headers.get('set-cookie')?.split(';')[0];
    if (set !== undefined) this.cookie = set === 'visit=' ? '' : set;
    this.html = await response.text();
    return this.html;
  }
}
