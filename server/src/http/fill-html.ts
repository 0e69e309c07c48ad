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

/** By name: whether a section stays, or the values of each of its repetitions. */
export type Sections = Readonly<Record<string, boolean | readonly ReadonlyMap<string, string>[]>>;

/** Keeps `{{#name}}…{{/name}}` where the section holds and `{{^name}}…{{/name}}` where it does not. */
export function keepSections(template: string, sections: Sections): string {
  return template.replaceAll(
    /\{\{([#^])(\w+)\}\}([\s\S]*?)\{\{\/\2\}\}/g,
    (_, sign: string, name: string, inner: string) => {
      const value = sections[name] ?? false;
      const items = typeof value === 'object' ? value : value ? [new Map<string, string>()] : [];
      if (sign === '^') return items.length === 0 ? keepSections(inner, sections) : '';
      const kept = keepSections(inner, sections);
      return items.map((item) => (item.size === 0 ? kept : fillHtml(kept, item))).join('');
    },
  );
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  // What was filled in is not filled in again.
  '{': '&#123;',
};

export function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"{]/g, (sign) => entities[sign] ?? sign);
}
