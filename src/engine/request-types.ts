import type { ChatMessage } from '../prompt/chat-message.ts';

/*
 * What a request may say, and what it is once its defaults are filled in. The schema of request-schema.ts checks both
 * at run time; src/schemas.test-d.ts keeps the two from drifting apart.
 */

/** Tokens a member proposes in a row: a number, or `adaptive` to let the engine choose from measured costs and rates. */
export type DraftLength = number | 'adaptive';

/** A request to write a text: what `engine.decode` takes. */
export interface DecodeRequest {
  /** Text to continue as it is. Give either this or `messages`, or neither if every member has its own. */
  readonly prompt?: string | undefined;
  /** Conversation to reply to, rendered by the model's chat template; 1 to 10,000 messages. */
  readonly messages?: readonly ChatMessage[] | undefined;
  /** Variables for the chat template, such as `{ enable_thinking: false }`, wherever messages are rendered. */
  readonly chatTemplate?: Readonly<Record<string, unknown>> | undefined;
  /** True to spell special tokens in the text. The end token is never part of it. Default: false. */
  readonly specialTokens?: boolean | undefined;
  /** Maximum number of tokens to write, at least 1. Default: 200. */
  readonly maxTokens?: number | undefined;
  /**
   * The text ends before the first of these strings; at most 16, none of them empty. They may span tokens, and spell
   * special tokens, whether the text shows those or not. Default: none.
   */
  readonly stop?: readonly string[] | undefined;
  /**
   * Integer from 0. The same seed gives the same text with fixed draft lengths on the same backend. Default: random;
   * the result reports it.
   */
  readonly seed?: number | undefined;
  /** How a token is drawn. Default: from the unchanged distribution, at temperature 1. */
  readonly sampling?: SamplingOptions | undefined;
  /**
   * Reports the log probability of each token under the combined distribution, and of this many of the most likely
   * tokens, 0 to 20. Default: none are reported. Not available with the schedule `mixture`.
   */
  readonly logprobs?: number | undefined;
  /** Which models write the text, and how. */
  readonly method: DecodeMethod;
}

/**
 * How a distribution is made from logits. The order is: bias and penalties, temperature, top-k, top-p, min-p.
 * Names and limits of bias and penalties are OpenAI's.
 */
export interface SamplingOptions {
  /** At least 0; 0 always takes the most likely token. Default: 1. */
  readonly temperature?: number | undefined;
  /** Keeps the k most likely tokens; 0 keeps all. Default: 0. */
  readonly topK?: number | undefined;
  /** Keeps the smallest set of most likely tokens with this probability mass, in (0, 1]. Default: 1. */
  readonly topP?: number | undefined;
  /** Keeps tokens with at least this share of the largest probability, in [0, 1]. Default: 0. */
  readonly minP?: number | undefined;
  /**
   * Token id -> number added to its logit, -100 to 100: -100 all but bans a token, 100 all but forces it. At most 1,024
   * tokens. Default: none.
   */
  readonly logitBias?: Readonly<Record<string, number>> | undefined;
  /** Subtracted from a token's logit for each time it occurs in the text so far, prompt excluded; -2 to 2. Default: 0. */
  readonly frequencyPenalty?: number | undefined;
  /** Subtracted from a token's logit once it occurs in the text so far, prompt excluded; -2 to 2. Default: 0. */
  readonly presencePenalty?: number | undefined;
}

/** What a member changes in the request's sampling for its own distribution. Default of each field: the request's. */
export interface MemberSampling extends SamplingOptions {
  /** Above 0: only the request as a whole can be greedy. Ignored if the request's temperature is 0. */
  readonly temperature?: number | undefined;
}

/** How the text is written: by one model, by one that another speeds up, or by several together. */
export type DecodeMethod = PlainMethod | SpeculativeMethod | CollaborativeMethod;

/** One model writes, one token per forward. */
export interface PlainMethod {
  readonly kind: 'plain';
  /** Id of a loaded model. */
  readonly model: string;
  /** Ignored: nothing is proposed, so nothing is verified. */
  readonly acceptance?: AcceptanceCriterion | undefined;
}

/** A cheap drafter proposes tokens, and the target verifies several of them in one forward. */
export interface SpeculativeMethod {
  readonly kind: 'speculative';
  /** Id of the loaded model whose text is written. */
  readonly target: string;
  readonly drafter: Drafter;
  /** Default: exact. */
  readonly acceptance?: AcceptanceCriterion | undefined;
}

/** What proposes tokens to a target. */
export type Drafter = ModelDrafter | NgramDrafter;

/** A smaller model with the target's vocabulary drafts. */
export interface ModelDrafter {
  readonly kind: 'model';
  /** Id of a loaded model. */
  readonly model: string;
  /** 0 to 16, or `adaptive`. Default: 4. */
  readonly draftLength?: DraftLength | undefined;
}

/** Drafts are looked up: what followed the last tokens where they occurred earlier in prompt or text. */
export interface NgramDrafter {
  readonly kind: 'ngram';
  /** 0 to 16, or `adaptive`, which pauses while nothing useful is found. Default: `adaptive`. */
  readonly draftLength?: DraftLength | undefined;
  /** Longest run of tokens to look up, 1 to 16; longer matches are tried first. Default: 4. */
  readonly longestMatch?: number | undefined;
  /** Shortest run of tokens to look up, 1 to `longestMatch`. Default: 2. */
  readonly shortestMatch?: number | undefined;
}

/** Several models write together: every token follows the combination of their distributions. */
export interface CollaborativeMethod {
  readonly kind: 'collaborative';
  /** 2 to 16 members with one vocabulary; the same model may take part several times. */
  readonly members: readonly CollaborativeMember[];
  /** Index of the member that proposes when nothing is pending. Default: chosen from weights and costs. */
  readonly defaultProposer?: number | undefined;
  /** Draft length of the default proposer in place of its own, 1 to 16 or `adaptive`. */
  readonly draftLength?: DraftLength | undefined;
  /** How the members' distributions become one. */
  readonly combine: Combination;
  /** Default: `alternate`. */
  readonly schedule?: ScheduleKind | undefined;
  /** Default: exact. */
  readonly acceptance?: AcceptanceCriterion | undefined;
}

/** One model's part in a collaborative method. */
export interface CollaborativeMember {
  /** Id of a loaded model. */
  readonly model: string;
  /** The member's own prompt in place of the request's; it continues with the same text as the others. */
  readonly prompt?: string | undefined;
  /** The member's own conversation in place of the request's. */
  readonly messages?: readonly ChatMessage[] | undefined;
  /** Default: the request's. */
  readonly sampling?: MemberSampling | undefined;
  /** Tokens it proposes in a row, the bonus included: 1 to 16, or `adaptive`. Default: 1. */
  readonly draftLength?: DraftLength | undefined;
}

/**
 * Who drafts and who verifies when: `alternate`: the members take turns; `black-box`: the default proposer drafts and every
 * member scores; `naive`: the default proposer drafts and every other member scores; `sequential`: every member is asked
 * for every token; `mixture`: each token is drawn from one member, picked with its weight. `mixture` needs a weighted
 * combination, exact acceptance and a temperature above 0.
 */
export type ScheduleKind = 'sequential' | 'black-box' | 'naive' | 'alternate' | 'mixture';

/** How the members' distributions become one. */
export type Combination =
  | WeightedCombination
  | ContrastiveCombination
  | GeometricCombination
  | CustomCombination;

/** The weighted mean of the members' distributions. */
export interface WeightedCombination {
  readonly kind: 'weighted';
  /** One per member, at least 0 and not all 0; divided by their sum. */
  readonly weights: readonly number[];
}

/** Contrastive decoding: the logits of an expert, the first of two members, less those of an amateur, the second. */
export interface ContrastiveCombination {
  readonly kind: 'contrastive';
  /** How much of the amateur's logits is subtracted, 0 to 1,000,000. Default: 0.1. */
  readonly mu?: number | undefined;
  /** Plausibility mask: leaves out tokens below this share of the expert's largest probability, 0 to 1. Default: 0. */
  readonly alpha?: number | undefined;
}

/** The weighted sum of the members' logits. */
export interface GeometricCombination {
  readonly kind: 'geometric';
  /** One per member, of either sign, -1,000,000 to 1,000,000. */
  readonly weights: readonly number[];
}

/** A combination in code of your own. */
export interface CustomCombination {
  readonly kind: 'custom';
  /** Address of an ES module that exports the combination, relative to the page. */
  readonly url: string;
}

/** When a proposal is accepted. `exact` and `coupled` follow the combined distribution; the others may depart from it. */
export type AcceptanceCriterion = ExactAcceptance | CoupledAcceptance | LenientAcceptance | TypicalAcceptance;

/** Accepts a proposal x with probability min(1, r(x) / q(x)): the text follows the combined distribution r exactly. */
export interface ExactAcceptance {
  readonly kind: 'exact';
}

/** Accepts a proposal if r would draw it from the same random numbers: exact, with one text per seed. */
export interface CoupledAcceptance {
  readonly kind: 'coupled';
}

/** Accepts with probability min(1, leniency · r(x) / q(x)): more proposals pass, and the text departs from r. */
export interface LenientAcceptance {
  readonly kind: 'lenient';
  /** At least 1, which is exact. */
  readonly leniency: number;
}

/** Accepts what r finds plausible: r(x) > min(epsilon, delta · exp(-entropy of r)). */
export interface TypicalAcceptance {
  readonly kind: 'typical';
  /** 0 to 1. Default: 0.3. */
  readonly epsilon?: number | undefined;
  /** At least 0. Default: 0.09. */
  readonly delta?: number | undefined;
}

/** A request with its defaults filled in, as recordings carry it: with a seed only if the caller gave one. */
export interface RecordedRequest extends DecodeRequest {
  readonly specialTokens: boolean;
  readonly maxTokens: number;
  readonly stop: readonly string[];
  readonly sampling: ValidSampling;
  readonly method: ValidDecodeMethod;
}

/** A request with every default filled in, as results carry it. */
export interface ValidDecodeRequest extends RecordedRequest {
  readonly seed: number;
}

/** Sampling with its defaults filled in. */
export interface ValidSampling extends SamplingOptions {
  readonly temperature: number;
  readonly topK: number;
  readonly topP: number;
  readonly minP: number;
  readonly logitBias: Readonly<Record<string, number>>;
  readonly frequencyPenalty: number;
  readonly presencePenalty: number;
}

/** A method with its defaults filled in. */
export type ValidDecodeMethod = ValidPlainMethod | ValidSpeculativeMethod | ValidCollaborativeMethod;

/** A plain method with its defaults filled in. */
export interface ValidPlainMethod extends PlainMethod {
  readonly acceptance: ValidAcceptance;
}

/** A speculative method with its defaults filled in. */
export interface ValidSpeculativeMethod extends SpeculativeMethod {
  readonly drafter: ValidDrafter;
  readonly acceptance: ValidAcceptance;
}

/** A drafter with its defaults filled in. */
export type ValidDrafter = ValidModelDrafter | ValidNgramDrafter;

/** A draft model with its defaults filled in. */
export interface ValidModelDrafter extends ModelDrafter {
  readonly draftLength: DraftLength;
}

/** A look-up with its defaults filled in. */
export interface ValidNgramDrafter extends NgramDrafter {
  readonly draftLength: DraftLength;
  readonly longestMatch: number;
  readonly shortestMatch: number;
}

/** A collaborative method with its defaults filled in. */
export interface ValidCollaborativeMethod extends CollaborativeMethod {
  readonly members: readonly ValidMember[];
  readonly combine: ValidCombination;
  readonly schedule: ScheduleKind;
  readonly acceptance: ValidAcceptance;
}

/** A member with its defaults filled in. */
export interface ValidMember extends CollaborativeMember {
  readonly sampling: MemberSampling;
  readonly draftLength: DraftLength;
}

/** A combination with its defaults filled in. */
export type ValidCombination =
  | WeightedCombination
  | ValidContrastiveCombination
  | GeometricCombination
  | CustomCombination;

/** A contrastive combination with its defaults filled in. */
export interface ValidContrastiveCombination extends ContrastiveCombination {
  readonly mu: number;
  readonly alpha: number;
}

/** An acceptance criterion with its defaults filled in. */
export type ValidAcceptance =
  | ExactAcceptance
  | CoupledAcceptance
  | LenientAcceptance
  | ValidTypicalAcceptance;

/** Typical acceptance with its defaults filled in. */
export interface ValidTypicalAcceptance extends TypicalAcceptance {
  readonly epsilon: number;
  readonly delta: number;
}
