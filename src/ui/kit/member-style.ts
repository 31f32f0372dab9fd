import { css } from 'lit';

/**
 * How members are told apart wherever they appear: a colour, a line pattern and a letter each; `by-0` is the first.
 * The colours come from palette.css.
 */
export const memberStyle = css`
  .by-0 {
    --member: var(--member-a);
    --pattern: solid;
    --letter: 'A';
  }
  .by-1 {
    --member: var(--member-b);
    --pattern: dashed;
    --letter: 'B';
  }
  .by-2 {
    --member: var(--member-c);
    --pattern: dotted;
    --letter: 'C';
  }
  .by-3 {
    --member: var(--member-d);
    --pattern: wavy;
    --letter: 'D';
    --letter-gap: 0.2rem;
  }
  /* A member's letter below its words; once for words in a row. The letter is no part of the text. */
  .lettered {
    position: relative;
  }
  .lettered::after {
    position: absolute;
    top: 100%;
    left: 0;
    margin-top: var(--letter-gap, 0.1rem);
    color: var(--member);
    content: var(--letter);
    font: 600 0.625rem / 1 var(--sans);
    pointer-events: none;
    user-select: none;
  }
  @supports (content: 'a' / '') {
    .lettered::after {
      content: var(--letter) / '';
    }
  }
  .lettered.by-0 + .lettered.by-0::after,
  .lettered.by-1 + .lettered.by-1::after,
  .lettered.by-2 + .lettered.by-2::after,
  .lettered.by-3 + .lettered.by-3::after,
  del.by-0 + del.by-0 > .lettered::after,
  del.by-1 + del.by-1 > .lettered::after,
  del.by-2 + del.by-2 > .lettered::after,
  del.by-3 + del.by-3 > .lettered::after {
    content: none;
  }
  .accepted {
    text-decoration: underline var(--pattern) 2px var(--member);
    text-underline-offset: 0.28em;
    text-decoration-skip-ink: none;
  }
  .by-3.accepted {
    text-decoration-thickness: 1px;
  }
  .badge {
    display: inline-grid;
    flex: none;
    place-items: center;
    width: 1.5rem;
    height: 1.5rem;
    border-radius: 50%;
    background: var(--member, var(--ink-soft));
    color: var(--member-ink);
    font: 600 0.8125rem / 1 var(--sans);
  }
`;

/** Class of everything that belongs to the member with this number. */
export function memberClass(member: number): string {
  return `by-${member}`;
}
