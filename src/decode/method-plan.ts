import type { Combine } from '../combine/combine.ts';
import type { AcceptanceChoice } from '../verify/create-acceptance.ts';
import type { VerifyingScheduleKind } from './schedules/verifying-schedules.ts';

/** γ of a proposer: a number, or left to the controller. */
export type DraftLengthChoice = number | 'adaptive';

export type ScheduleKind = 'sequential' | VerifyingScheduleKind | 'mixture';

/** A method without the names of its models; its members stand beside it. */
export type MethodPlan =
  | { readonly kind: 'plain' }
  | {
      /** Members: the target, then the drafting model where there is one. */
      readonly kind: 'speculative';
      readonly acceptance: AcceptanceChoice;
      readonly drafter:
        | { readonly kind: 'model'; readonly draftLength: DraftLengthChoice }
        | {
            readonly kind: 'ngram';
            readonly draftLength: DraftLengthChoice;
            readonly longestMatch: number;
            readonly shortestMatch: number;
          };
    }
  | {
      readonly kind: 'collaborative';
      readonly acceptance: AcceptanceChoice;
      readonly combine: Combine;
      readonly schedule: ScheduleKind;
      readonly defaultProposer: number;
      /** γ_i [members] */
      readonly draftLengths: readonly DraftLengthChoice[];
    };
