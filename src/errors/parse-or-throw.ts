import * as v from 'valibot';

/** What a schema found wrong with a value, in words. */
export interface Fault {
  /** Path of the field, or what the caller calls the whole value. */
  readonly field: string;
  readonly reason: 'unknown' | 'missing' | 'type' | 'value';
  /** What the field must be, such as `a number from 0 to 2`; null where another rule was broken. */
  readonly expected: string | null;
  /** What it is, shortened. */
  readonly received: string;
  /** Without the field: `must be a number from 0 to 2; it is "hot"`. */
  readonly problem: string;
  /** With it, without the full stop. */
  readonly sentence: string;
}

/**
 * The value as the schema reads it. Every schema of the package is applied here, so that all refusals read alike.
 * @param whole what the message calls the value where no single field is at fault
 */
export function parseOrThrow<const TSchema extends v.GenericSchema>(
  schema: TSchema,
  value: unknown,
  whole: string,
  errorOf: (fault: Fault) => Error,
): v.InferOutput<TSchema> {
  const parsed = v.safeParse(schema, value, { abortEarly: true });
  if (parsed.success) return parsed.output;
  throw errorOf(faultOf(schema as unknown as Node, deepestOf(parsed.issues[0]), whole));
}

/** A message that begins with its field, without it. */
export const withoutField = (message: string, field: string): string =>
  message.startsWith(field) ? message.slice(field.length).replace(/^:? /, '') : message;

type Issue = v.BaseIssue<unknown>;
type PathItem = v.IssuePathItem;

/** What the kinds of schemas hold, each some of it. */
interface Node {
  readonly type: string;
  readonly pipe?: readonly Node[];
  /** Of a step of a pipe: its limit. */
  readonly requirement?: unknown;
  readonly wrapped?: Node;
  readonly entries?: Readonly<Record<string, Node>>;
  readonly item?: Node;
  readonly items?: readonly Node[];
  /** Of records a schema, of variants the name of the field that tells them apart. */
  readonly key?: Node | string;
  readonly value?: Node;
  readonly options?: readonly unknown[];
  readonly literal?: unknown;
}

function faultOf(schema: Node, issue: Issue, whole: string): Fault {
  const path: readonly PathItem[] = issue.path ?? [];
  const field = path.length === 0 ? whole : path.map(({ key }) => String(key)).join('.');
  const received = shown(issue.input);
  const last = path.at(-1);
  const fault = (reason: Fault['reason'], expected: string | null, problem: string, colon = ''): Fault => ({
    ...{ field, reason, expected, received, problem },
    sentence: `${field}${colon} ${problem}`,
  });
  if (last?.origin === 'key' && issue.expected === 'never') {
    const holders = nodesAt(schema, path.slice(0, -1)).flatMap((node) => holdersOf(node, last));
    const known = holders.flatMap(({ entries = {} }) => Object.keys(entries));
    return fault('unknown', null, `is not a known field: remove it, or use ${inWords([...new Set(known)])}`);
  }
  const expected = descriptionOf(nodesAt(schema, path));
  if (issue.input === undefined && path.length > 0) {
    return fault('missing', expected, `is missing: it must be ${expected}`);
  }
  if (!isDefaultMessage(issue)) {
    const value = ['string', 'number'].includes(typeof issue.input) ? `; it is ${received}` : '';
    return fault('value', null, issue.message + value, ':');
  }
  const isChoice = typeof issue.input === 'string' && /^\(*"/.test(issue.expected ?? '');
  const isOfType =
    isChoice || Number.isNaN(issue.input) || issue.issues?.some(({ kind }) => kind !== 'schema');
  const reason = issue.kind === 'schema' && !isOfType ? 'type' : 'value';
  return fault(reason, expected, `must be ${expected}; it is ${received}`);
}

/** Of a union's refusals the one that reached farthest into the value: the option that was meant. */
function deepestOf(issue: Issue): Issue {
  const depth = ({ path }: Issue) => (path?.length ?? 0) + (path?.at(-1)?.origin === 'value' ? 0.5 : 0);
  const inner = (issue.issues ?? [])
    .map((one) => deepestOf(one as Issue))
    .sort((a, b) => depth(b) - depth(a));
  if (issue.type !== 'union' || inner.length === 0 || depth(inner[0]) === 0) return issue;
  return {
    ...inner[0],
    path: [...(issue.path ?? []), ...(inner[0].path ?? [])] as [PathItem, ...PathItem[]],
  };
}

/** True for the library's own words, which name neither the limits nor the next step. */
const isDefaultMessage = ({ message, received }: Issue): boolean =>
  /^Invalid .*[Rr]eceived /s.test(message) && message.endsWith(received);

function nodesAt(schema: Node, path: readonly PathItem[]): readonly Node[] {
  return path.reduce<readonly Node[]>(
    (nodes, item) => nodes.flatMap((node) => childrenOf(node, item)),
    [schema],
  );
}

function childrenOf(holder: Node, item: PathItem): readonly Node[] {
  const key = String(item.key);
  return holdersOf(holder, item).flatMap((node) => {
    if (node.type === 'record') return [item.origin === 'key' ? (node.key as Node) : node.value!];
    const child = node.entries ? node.entries[key] : (node.item ?? node.items?.[Number(key)]);
    return child ? [child] : [];
  });
}

/** The schema itself, or the options of it that may be meant where there are several. */
function holdersOf(node: Node, item: PathItem): readonly Node[] {
  if (node.wrapped) return holdersOf(node.wrapped, item);
  if (node.type !== 'union' && node.type !== 'variant') return [node];
  const options = node.options as readonly Node[];
  return options.filter((option) => isMeant(node, option, item)).flatMap((option) => holdersOf(option, item));
}

/** Whether an option of a variant is the one that the value names. */
function isMeant({ type, key }: Node, option: Node, { input, key: asked }: PathItem): boolean {
  if (type !== 'variant' || typeof key !== 'string' || asked === key) return true;
  const named = option.entries?.[key];
  return !named || v.is(named as unknown as v.GenericSchema, (input as Record<string, unknown>)[key]);
}

function descriptionOf(nodes: readonly Node[]): string {
  const alternatives = new Set(nodes.flatMap(alternativesOf));
  return alternatives.size === 0 ? 'another value' : inWords([...alternatives]);
}

function alternativesOf(node: Node): readonly string[] {
  const limits = limitsOf(node);
  switch (node.type) {
    case 'optional':
    case 'exact_optional':
      return alternativesOf(node.wrapped!);
    case 'nullable':
    case 'nullish':
      return [...alternativesOf(node.wrapped!), 'null'];
    case 'union':
      return (node.options as readonly Node[]).flatMap(alternativesOf);
    case 'literal':
      return [shown(node.literal)];
    case 'picklist':
      return node.options!.map(shown);
    case 'null':
      return ['null'];
    case 'boolean':
      return ['true', 'false'];
    case 'string':
      return [limits.min === 1 ? 'a non-empty string' : `a string${limits.form}`];
    case 'number':
      return [`${limits.isInteger ? 'an integer' : 'a number'}${rangeOf(limits)}`];
    case 'array':
      return [listOf(limits, pluralOf(node.item!))];
    case 'tuple':
      return [`a list of ${node.items!.length}`];
    case 'unknown':
    case 'any':
      return ['a value'];
    default:
      return [limits.max === null ? 'an object' : `an object of at most ${limits.max} entries`];
  }
}

interface Limits {
  readonly min: number | null;
  readonly max: number | null;
  /** `min` itself is too small. */
  readonly isAbove: boolean;
  readonly isInteger: boolean;
  readonly form: string;
}

/** Of a pipe's steps, those of a pipe in it before its own. */
const stepsOf = ({ pipe = [] }: Node): readonly Node[] =>
  pipe.flatMap((step, index) => (index === 0 ? stepsOf(step) : [step]));

function limitsOf(node: Node): Limits {
  const pipe = stepsOf(node);
  const of = (...types: string[]) => pipe.findLast(({ type }) => types.includes(type))?.requirement;
  const number = (value: unknown) => (typeof value === 'number' ? value : null);
  const has = (...types: string[]) => pipe.some(({ type }) => types.includes(type));
  const max = number(of('max_value', 'max_length', 'max_entries'));
  return {
    min: has('non_empty') ? 1 : number(of('min_value', 'min_length', 'gt_value')),
    max: max === Number.MAX_SAFE_INTEGER ? null : max,
    isAbove: has('gt_value'),
    isInteger: has('integer', 'safe_integer'),
    form: has('iso_timestamp') ? ' with a time such as 2026-01-31T12:00:00Z' : '',
  };
}

function rangeOf({ min, max, isAbove }: Limits): string {
  if (min === null) return max === null ? '' : ` of at most ${max}`;
  if (isAbove) return ` above ${min}${max === null ? '' : ` and at most ${max}`}`;
  return max === null ? ` of at least ${min}` : ` from ${min} to ${max}`;
}

function listOf({ min, max }: Limits, items: string): string {
  if (min === null) return max === null ? `a list of ${items}` : `a list of at most ${max} ${items}`;
  if (min === 1 && max === null) return `a non-empty list of ${items}`;
  return max === null ? `a list of at least ${min} ${items}` : `a list of ${min} to ${max} ${items}`;
}

function pluralOf({ type }: Node): string {
  if (type === 'string' || type === 'number') return `${type}s`;
  return type.endsWith('object') || type === 'variant' ? 'objects' : 'values';
}

/** `a, b or c` */
function inWords(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;
}

/** A value for a message. */
function shown(value: unknown): string {
  const maxLength = 60;
  if (typeof value === 'string') {
    return JSON.stringify(value.length > maxLength ? `${value.slice(0, maxLength)}…` : value);
  }
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : `a list of ${value.length}`;
  if (typeof value === 'function') return 'a function';
  if (typeof value === 'object' && value !== null) return 'an object';
  return String(value);
}
