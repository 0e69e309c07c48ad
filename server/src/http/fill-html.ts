/** Puts text into built HTML, so that nothing in the text can become markup. */

/** Markup that was made from escaped parts. Only {@link html} makes it. */
export type Html = { readonly markup: string };

export function html(markup: string): Html {
  return { markup };
}

/**
 * Fills `{{name}}` in text and between double quotes.
 * @throws RangeError for a placeholder without a value: page and server do not fit each other
 */
export function fillHtml(template: string, values: ReadonlyMap<string, string | Html>): string {
  return template.replaceAll(/\{\{(\w+)\}\}/g, (_, name: string) => {
    const value = values.get(name);
    if (value === undefined) throw new RangeError(`fill a page: there is no value for ${name}`);
    return typeof value === 'string' ? escapeHtml(value) : value.markup;
  });
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

export function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"]/g, (sign) => entities[sign] ?? sign);
}
