import type { InferInput, InferOutput } from 'valibot';
import { expectTypeOf } from 'vitest';
import type { requestSchema } from './engine/request-schema.ts';
import type { DecodeRequest, RecordedRequest } from './engine/request-types.ts';
import type { ChatCompletionParams } from './openai/chat-types.ts';
import type { CompletionParams } from './openai/completion-types.ts';
import type { ValidChatParams, ValidCompletionParams } from './openai/params-schema.ts';
import type { Round } from './round/round.ts';
import type { roundSchema } from './trace/trace-schema.ts';

/*
 * The interfaces of the package are written by hand, and schemas check values against them at run time. Here each pair
 * must have the same fields with the same types: `npm run test:types` fails when one drifts from the other.
 */

/** Schemas have mutable fields and lists; interfaces do not. */
type ReadonlyAll<T> = T extends string | number | boolean | null | undefined
  ? T
  : T extends readonly (infer Item)[]
    ? readonly ReadonlyAll<Item>[]
    : T extends object
      ? { readonly [Key in keyof T]: ReadonlyAll<T[Key]> }
      : T;

expectTypeOf<ReadonlyAll<InferInput<typeof requestSchema>>>().toEqualTypeOf<ReadonlyAll<DecodeRequest>>();
expectTypeOf<ReadonlyAll<InferOutput<typeof requestSchema>>>().toEqualTypeOf<ReadonlyAll<RecordedRequest>>();
expectTypeOf<ReadonlyAll<InferOutput<ReturnType<typeof roundSchema>>>>().toEqualTypeOf<ReadonlyAll<Round>>();

/** Fields of OpenAI's: null counts as omitted. */
type Given<T> = T extends string | number | boolean
  ? T
  : T extends readonly (infer Item)[]
    ? readonly Given<Item>[]
    : { readonly [Key in keyof T]-?: Given<NonNullable<T[Key]>> };

// A message's fields depend on its role in the schema only.
expectTypeOf<Given<Omit<ValidChatParams, 'messages'>>>().toEqualTypeOf<
  Given<Omit<ChatCompletionParams, 'messages'>>
>();
expectTypeOf<Given<ValidCompletionParams>>().toEqualTypeOf<Given<CompletionParams>>();
