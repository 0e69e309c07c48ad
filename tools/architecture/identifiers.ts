// Finds the names in a module that reach for something outside it: globals that no one in the file declares, members.
import { type Module, type SyntaxNode, walk } from './project.ts';

export type Use = { readonly name: string; readonly line: number };

/** Names used as values that the module neither imports nor declares in any of its scopes. */
export function globalsOf(module: Module): readonly Use[] {
  const declared = declaredNames(module.program);
  const uses: Use[] = [];
  walk(module.program, (node, parent, field) => {
    if (node.type !== 'Identifier' || isNotAValue(parent, field)) return;
    const name = String(node.name);
    if (!declared.has(name)) uses.push({ name, line: module.lineAt(node.start) });
  });
  return uses;
}

/** Members read, written, taken apart, imported or set: `a.b`, `a['b']`, `{ b } = a`, `import { b }`, `<a b={…}>`. */
export function membersOf(module: Module): readonly Use[] {
  const uses: Use[] = [];
  const add = (name: unknown, node: SyntaxNode): void => {
    if (typeof name === 'string') uses.push({ name, line: module.lineAt(node.start) });
  };
  walk(module.program, (node, parent) => {
    if (node.type === 'MemberExpression') {
      const property = node.property as SyntaxNode;
      add(node.computed === true ? property.value : property.name, property);
    } else if (node.type === 'Property' && node.computed !== true) {
      const key = node.key as SyntaxNode;
      add(key.name ?? key.value, key);
    } else if (node.type === 'ImportSpecifier') {
      const imported = node.imported as SyntaxNode;
      add(imported.name ?? imported.value, imported);
    } else if (node.type === 'JSXIdentifier' && parent?.type === 'JSXAttribute') {
      add(node.name, node);
    }
  });
  return uses;
}

/** `a.b` pairs whose `a` is a plain name, and `new a()` without arguments as `new a`. */
export function callsOnGlobals(module: Module): readonly Use[] {
  const uses: Use[] = [];
  walk(module.program, (node) => {
    if (node.type === 'MemberExpression') {
      const object = node.object as SyntaxNode;
      const property = node.property as SyntaxNode;
      const name = node.computed === true ? property.value : property.name;
      if (object.type === 'Identifier') uses.push({ name: `${object.name}.${name}`, line: module.lineAt(node.start) });
    }
    const isBareNew = node.type === 'NewExpression' && (node.arguments as readonly unknown[]).length === 0;
    if (isBareNew || node.type === 'CallExpression') {
      const callee = node.callee as SyntaxNode;
      if (callee.type !== 'Identifier') return;
      const prefix = isBareNew ? 'new ' : '';
      uses.push({ name: `${prefix}${callee.name}()`, line: module.lineAt(node.start) });
    }
  });
  return uses;
}

function isNotAValue(parent: SyntaxNode | undefined, field: string): boolean {
  if (parent === undefined) return true;
  if (parent.type.startsWith('TS') && !/^TS(As|Satisfies|NonNull|Instantiation)/.test(parent.type)) return true;
  const isName =
    (parent.type === 'MemberExpression' && field === 'property') ||
    (/^(Property|MethodDefinition|PropertyDefinition|AccessorProperty)$/.test(parent.type) && field === 'key') ||
    (/^(Import|Export)/.test(parent.type) && (field === 'imported' || field === 'exported')) ||
    /^(Labeled|Break|Continue)Statement$/.test(parent.type) ||
    parent.type === 'MetaProperty';
  return isName && parent.computed !== true;
}

function declaredNames(program: SyntaxNode): ReadonlySet<string> {
  const names = new Set<string>();
  walk(program, (node) => {
    const patterns: unknown[] = [];
    if (node.type === 'VariableDeclarator' || /^(TSDeclareFunction|Function|Class)/.test(node.type))
      patterns.push(node.id);
    if (/^(Arrow)?Function/.test(node.type) && Array.isArray(node.params)) patterns.push(...node.params);
    if (node.type === 'CatchClause') patterns.push(node.param);
    if (/^Import.*Specifier$/.test(node.type)) patterns.push(node.local);
    for (const pattern of patterns) addBoundNames(pattern as SyntaxNode | null, names);
  });
  return names;
}

function addBoundNames(pattern: SyntaxNode | null, names: Set<string>): void {
  if (pattern === null || pattern === undefined) return;
  if (pattern.type === 'Identifier') names.add(String(pattern.name));
  const inside = [
    pattern.elements,
    pattern.properties,
    pattern.type === 'Property' ? pattern.value : undefined,
    pattern.argument,
    pattern.left,
    pattern.parameter,
  ].flat() as (SyntaxNode | null | undefined)[];
  for (const part of inside) if (part !== null && part !== undefined) addBoundNames(part, names);
}
