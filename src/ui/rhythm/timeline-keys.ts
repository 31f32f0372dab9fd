import type { TimelinePosition } from './timeline-position.ts';

/** What a key asks of the timeline. */
export type TimelineCommand =
  | { readonly kind: 'move'; readonly change: (position: TimelinePosition) => void }
  /** Choose the round so many further on. */
  | { readonly kind: 'step'; readonly by: number }
  | { readonly kind: 'dismiss' };

/** Share of the window, and factor, of one key press. */
const panShare = 0.15;
const zoomStep = 1.5;

/** Told to those who cannot see what the keys do. */
export const keysInWords =
  'Arrow keys move through time, plus and minus zoom, Home and End go to the beginning and the end, 0 shows the whole ' +
  'run. Shift with an arrow key chooses a round, Escape closes its card.';

const commands: ReadonlyMap<string, TimelineCommand> = new Map<string, TimelineCommand>([
  ['ArrowLeft', move((position) => position.pan(-panShare))],
  ['ArrowRight', move((position) => position.pan(panShare))],
  ['Shift ArrowLeft', { kind: 'step', by: -1 }],
  ['Shift ArrowRight', { kind: 'step', by: 1 }],
  // Plus and minus share their keys with the equals sign and the underscore.
  ...['+', '='].map((key) => [key, move((position) => position.zoom(zoomStep))] as const),
  ...['-', '_'].map((key) => [key, move((position) => position.zoom(1 / zoomStep))] as const),
  ['Home', move((position) => position.showStart())],
  ['End', move((position) => position.follow())],
  ['0', move((position) => position.showAll())],
  ['Escape', { kind: 'dismiss' }],
]);

function move(change: (position: TimelinePosition) => void): TimelineCommand {
  return { kind: 'move', change };
}

export function commandOf(
  event: Pick<KeyboardEvent, 'key' | 'shiftKey' | 'ctrlKey' | 'metaKey' | 'altKey'>,
): TimelineCommand | null {
  if (event.ctrlKey || event.metaKey || event.altKey) return null;
  const isArrow = event.key.startsWith('Arrow');
  return commands.get(isArrow && event.shiftKey ? `Shift ${event.key}` : event.key) ?? null;
}
