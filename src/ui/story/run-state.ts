import type { DecodeResult, PrefillProgress } from '../../engine/engine-api.ts';
import type { Failure } from '../kit/failure.ts';
import type { CastMember } from './cast.ts';
import type { Story } from './story.ts';

/** What is told of a run beside its text. */
export interface RunHeading {
  readonly prompt: string;
  readonly cast: readonly CastMember[];
}

/** The latest run; older ones are dropped as soon as a newer one starts. */
export type RunState<Start extends RunHeading> =
  | { readonly kind: 'idle' }
  | (Start & {
      readonly kind: 'running';
      readonly story: Story;
      /** Stop was asked for and the engine has not answered yet. */
      readonly stopping: boolean;
      /** How far the prompts are read; null before anything of them is. */
      readonly prefill: PrefillProgress | null;
    })
  | (Start & { readonly kind: 'stopped'; readonly story: Story; readonly result: DecodeResult })
  | (Start & {
      readonly kind: 'failed';
      readonly story: Story;
      readonly failure: Failure;
      /** The engine was started anew since: the text is still there, and the failure is history. */
      readonly isMended: boolean;
    });
