import type { CastMember } from '../story/cast.ts';
import type { ForwardItem, HangingItem, ProposalItem, RoundItems } from './rhythm-items.ts';
import type { RhythmPalette } from './rhythm-palette.ts';
import type { Rows } from './rhythm-rows.ts';
import type { TimelineScale } from './timeline-scale.ts';

/** Something in the timeline that can be pointed at. */
export type TimelineItem =
  | { readonly kind: 'forward'; readonly forward: ForwardItem }
  | { readonly kind: 'proposal'; readonly proposal: ProposalItem }
  | { readonly kind: 'round'; readonly round: RoundItems };

/** Everything that one picture of the timeline shows. */
export interface Scene {
  /** The rounds in sight. */
  readonly rounds: readonly RoundItems[];
  /** The round behind the last in sight, for where its text begins; null where there is none. */
  readonly nextVerdictMs: number | null;
  readonly hanging: readonly HangingItem[];
  readonly scale: TimelineScale;
  readonly rows: Rows;
  readonly palette: RhythmPalette;
  readonly cast: readonly Pick<CastMember, 'letter'>[];
  readonly selectedRound: number | null;
  readonly pointedAt: TimelineItem | null;
  /** Time of the newest verdict of a running decode; null once it has ended. */
  readonly liveEndMs: number | null;
  /** How far a round's tokens have come to their places, 0 … 1; 1 for all but the newest. */
  readonly arrival: (round: number) => number;
  readonly textWidth: (text: string, font: string) => number;
}

export type Detail = 'words' | 'notes' | 'density';

/** What a round has room for. */
export function detailOf({ rounds, scale }: Pick<Scene, 'rounds' | 'scale'>): Detail {
  const pixels = scale.width / Math.max(1, rounds.length);
  if (pixels >= 34) return 'words';
  return pixels >= 5 ? 'notes' : 'density';
}

export type Context = CanvasRenderingContext2D;

/** As much of the text as fits, with an ellipsis; nothing where not even that fits. */
export function fittingText(text: string, pixels: number, font: string, scene: Scene): string {
  if (scene.textWidth(text, font) <= pixels) return text;
  for (let length = text.length - 1; length > 1; length--) {
    const shortened = `${text.slice(0, length)}…`;
    if (scene.textWidth(shortened, font) <= pixels) return shortened;
  }
  return '';
}
