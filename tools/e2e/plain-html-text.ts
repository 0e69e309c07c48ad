// The signs that pages write in the place of those that HTML keeps for itself.
const signs: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#123': '{' };

export function decodeHtml(text: string): string {
  return text.replaceAll(/&(amp|lt|gt|quot|#123);/g, (_, name: string) => signs[name] ?? '');
}
