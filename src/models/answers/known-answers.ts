import { attentionAnswers } from './attention-answers.ts';
import { entrywiseAnswers } from './entrywise-answers.ts';
import type { AnswerMaker, KnownAnswer, OperationForm } from './known-answer.ts';
import { movementAnswers } from './movement-answers.ts';
import { productAnswers } from './product-answers.ts';
import { rowAnswers } from './row-answers.ts';
import { isKnownType, SmallRandom, typeName } from './values.ts';

/** Operators with a reference in TypeScript; those of ONNX Runtime's own set have its domain before their name. */
export const answeredOperators: Readonly<Record<string, AnswerMaker>> = {
  ...attentionAnswers,
  ...entrywiseAnswers,
  ...movementAnswers,
  ...productAnswers,
  ...rowAnswers,
};

/** A one-node graph that stands for all operations with its signature. */
export interface SignedAnswer {
  /** Operator, attributes and inputs in words: equal ones are equal graphs. */
  readonly signature: string;
  readonly operator: string;
  readonly form: OperationForm;
  readonly answer: KnownAnswer;
}

export interface AnswersOfGraph {
  readonly answers: readonly SignedAnswer[];
  /** How many operations there is no reference for, by operator. */
  readonly unanswered: ReadonlyMap<string, number>;
}

/** The known answers of a graph's operations, each signature once. */
export function answersOf(forms: readonly OperationForm[]): AnswersOfGraph {
  const seen = new Map<string, readonly KnownAnswer[] | null>();
  const answers = new Map<string, SignedAnswer>();
  const unanswered = new Map<string, number>();
  for (const form of forms) {
    const operator = operatorName(form);
    const key = keyOf(form);
    let made = seen.get(key);
    if (made === undefined) {
      const maker = answeredOperators[operator];
      made = understood(maker?.(form, new SmallRandom()));
      seen.set(key, made);
      for (const answer of made ?? []) {
        const signature = signatureOf(form, answer);
        if (!answers.has(signature)) answers.set(signature, { signature, operator, form, answer });
      }
    }
    if (made === null) unanswered.set(operator, (unanswered.get(operator) ?? 0) + 1);
  }
  return { answers: [...answers.values()], unanswered };
}

/** null where an input has a type that answers cannot hold. */
function understood(answers: readonly KnownAnswer[] | null = null): readonly KnownAnswer[] | null {
  const inputs = answers?.flatMap((answer) => answer.inputs) ?? [];
  return inputs.every((input) => !input || isKnownType(input.values.type)) ? answers : null;
}

const isStandard = (domain: string) => domain === '' || domain === 'ai.onnx';

const operatorName = ({ operation: { domain, opType } }: OperationForm): string =>
  isStandard(domain) ? opType : `${domain}.${opType}`;

/** All that an answer is made from. */
function keyOf(form: OperationForm): string {
  const { operation, inputs, opset, sharesCache } = form;
  const inputKeys = inputs.map((input) => {
    if (!input) return '-';
    const { constant, type, declaredShape } = input;
    const values = constant?.rawData && constant.rawData.byteLength <= 64 ? constant.rawData.join() : '';
    return [type, constant ? `[${constant.shape}] ${values}` : '', declaredShape?.at(-1) ?? ''].join();
  });
  const outputs = operation.outputs.map((name) => (name === '' ? '-' : 'o'));
  return [operatorName(form), opset, sharesCache, attributesOf(form, {}), ...inputKeys, ...outputs].join('|');
}

function signatureOf(form: OperationForm, answer: KnownAnswer): string {
  const inputs = answer.inputs.map((input) => {
    if (!input) return '–';
    const { type, shape, data } = input.values;
    const stored = input.isConstant ? ' stored' : '';
    const axes = input.isConstant && typeName(type) === 'int64' && data.length <= 8 ? ` ${data.join()}` : '';
    return `${typeName(type)}[${shape}]${stored}${axes}`;
  });
  const outputs = form.operation.outputs.flatMap((name, index) => (name === '' ? [] : [index]));
  const shared = form.sharesCache ? ' over the cache of another layer' : '';
  const attributes = attributesOf(form, answer.attributes ?? {});
  return `${operatorName(form)}-${form.opset}${shared} {${attributes}} (${inputs.join(', ')}) -> ${outputs.join()}`;
}

function attributesOf(
  { operation }: OperationForm,
  replacing: NonNullable<KnownAnswer['attributes']>,
): string {
  const { numbers, lists, texts, attributes } = operation;
  const inWords = (name: string) => {
    const by = replacing[name];
    if (typeof by === 'number') return by;
    if (by !== undefined && 'float' in by) return by.float;
    return numbers.get(name) ?? lists.get(name) ?? texts.get(name) ?? '…';
  };
  return [...attributes.keys()]
    .sort()
    .map((name) => `${name}=${inWords(name)}`)
    .join(', ');
}
