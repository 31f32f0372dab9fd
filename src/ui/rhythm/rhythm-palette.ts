/** The page's colours and fonts as a canvas needs them, and the line patterns that tell members apart. */
export interface RhythmPalette {
  readonly sheet: string;
  readonly ink: string;
  readonly inkSoft: string;
  readonly rule: string;
  readonly mark: string;
  readonly accent: string;
  readonly accentWash: string;
  readonly danger: string;
  /** Text on a member's colour. */
  readonly memberInk: string;
  readonly serif: string;
  readonly sans: string;
  readonly members: readonly string[];
}

const names = {
  sheet: '--sheet',
  ink: '--ink',
  inkSoft: '--ink-soft',
  rule: '--rule',
  mark: '--mark',
  accent: '--accent',
  accentWash: '--accent-wash',
  danger: '--danger',
  memberInk: '--member-ink',
  serif: '--serif',
  sans: '--sans',
} as const satisfies Record<Exclude<keyof RhythmPalette, 'members'>, string>;

/** Reads the custom properties of page.css where `element` stands: they follow the colour scheme. */
export function readPalette(element: Element): RhythmPalette {
  const style = getComputedStyle(element);
  const read = (name: string): string => style.getPropertyValue(name).trim();
  const entries = Object.entries(names).map(([key, name]) => [key, read(name)]);
  return {
    ...(Object.fromEntries(entries) as Record<keyof typeof names, string>),
    members: ['a', 'b', 'c', 'd'].map((letter) => read(`--member-${letter}`)),
  };
}

export function memberColour({ members, inkSoft }: RhythmPalette, member: number): string {
  return members[member] ?? inkSoft;
}

/** Line dashes of the members, as member-style.ts gives them to words: solid, dashed, dotted, and dash-dot for wavy. */
const dashes: readonly (readonly number[])[] = [[], [5, 3], [1.5, 2.5], [6, 2.5, 1.5, 2.5]];

export function memberDash(member: number): number[] {
  return [...(dashes[member] ?? [])];
}
