/** Leaves out what errors say, where the page is built (decision 0115): it shows by their codes what went wrong. */

/** A node of a syntax tree (ESTree), with its place in the code. */
type Node = { readonly type: string; readonly start: number; readonly end: number } & Readonly<Record<string, unknown>>;

/** A module of the page in which errors are made without a text. @param tree of the code */
export function withoutErrorTexts(code: string, tree: unknown): string {
  const texts = textsIn(tree).sort((a, b) => b.start - a.start);
  return texts.reduce((rest, { start, end }) => `${rest.slice(0, start)}''${rest.slice(end)}`, code);
}

function textsIn(value: unknown): Node[] {
  if (Array.isArray(value)) return value.flatMap(textsIn);
  if (typeof value !== 'object' || value === null) return [];
  if (!isNode(value)) return [];
  if (value.type === 'NewExpression' && isError(value.callee)) return (value.arguments as Node[]).filter(isText);
  return Object.values(value).flatMap(textsIn);
}

function isNode(value: object): value is Node {
  return 'type' in value && 'start' in value && 'end' in value;
}

function isError(callee: unknown): boolean {
  const { type, name } = callee as Node;
  return type === 'Identifier' && typeof name === 'string' && name.endsWith('Error');
}

/** A code is one word. */
function isText({ type, value }: Node): boolean {
  return type === 'TemplateLiteral' || (type === 'Literal' && typeof value === 'string' && value.includes(' '));
}
