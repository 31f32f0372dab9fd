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

const colours = {
  sheet: '--sheet',
  ink: '--ink',
  inkSoft: '--ink-soft',
  rule: '--rule',
  mark: '--mark',
  accent: '--accent',
  accentWash: '--accent-wash',
  danger: '--danger',
  memberInk: '--member-ink',
} as const satisfies Partial<Record<keyof RhythmPalette, string>>;

/** Reads the custom properties of palette.css where `element` stands: they follow the colour scheme. */
export function readPalette(element: Element): RhythmPalette {
  // A custom property holds light and dark; a colour made of it is the one in force.
  const probe = document.createElement('span');
  (element.shadowRoot ?? element).append(probe);
  const style = getComputedStyle(probe);
  const colourOf = (name: string): string => {
    probe.style.color = `var(${name})`;
    return style.color;
  };
  const entries = Object.entries(colours).map(([key, name]) => [key, colourOf(name)]);
  const palette = {
    ...(Object.fromEntries(entries) as Record<keyof typeof colours, string>),
    serif: style.getPropertyValue('--serif').trim(),
    sans: style.getPropertyValue('--sans').trim(),
    members: ['a', 'b', 'c', 'd'].map((letter) => colourOf(`--member-${letter}`)),
  };
  probe.remove();
  return palette;
}

export function memberColour({ members, inkSoft }: RhythmPalette, member: number): string {
  return members[member] ?? inkSoft;
}

/** Line dashes of the members, as member-style.ts gives them to words: solid, dashed, dotted, and dash-dot for wavy. */
const dashes: readonly (readonly number[])[] = [[], [5, 3], [1.5, 2.5], [6, 2.5, 1.5, 2.5]];

export function memberDash(member: number): number[] {
  return [...(dashes[member] ?? [])];
}
