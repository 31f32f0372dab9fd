import { css, html, type TemplateResult } from 'lit';
import { memberClass } from '../kit/member-style.ts';
import { noNumber, smallNumberText } from '../kit/number-text.ts';
import type { CastMember } from '../story/cast.ts';
import { tokenWord } from '../story/token-words.ts';
import type { TimelineItem } from './paint-scene.ts';
import type { ForwardItem, ProposalItem } from './rhythm-items.ts';
import type { RhythmModel } from './rhythm-model.ts';
import { letterOf, millisecondsText, quotedToken, roundMs, secondsText } from './rhythm-words.ts';

/** A round has no card of its own. */
export type CardItem = Exclude<TimelineItem, { readonly kind: 'round' }>;

/** The numbers of what is pointed at. */
export function cardOf(item: CardItem, model: RhythmModel, cast: readonly CastMember[]): TemplateResult {
  if (item.kind === 'forward') return forwardCard(item.forward, model, cast);
  return proposalCard(item.proposal, cast);
}

function forwardCard(forward: ForwardItem, model: RhythmModel, cast: readonly CastMember[]): TemplateResult {
  const { round, member, kind, tokens, startMs, endMs, estimated } = forward;
  const drawn = proposalOf(forward, model);
  return html`<p class="title">${badge(member, cast)}${kind}</p>
    <dl>
      ${entry('round', round)} ${entry('took', millisecondsText(endMs - startMs) + (estimated ? ', estimated' : ''))}
      ${entry('began at', secondsText(startMs, roundMs(model.rounds)))} ${entry('tokens fed', tokens)}
      ${drawn ? entry('drew', `${quotedToken(drawn.text)}, ${drawn.fate}`) : null}
    </dl>`;
}

function proposalCard(proposal: ProposalItem, cast: readonly CastMember[]): TemplateResult {
  const { member, text, fate, drawnBy, round, q, r, u, drawnMs, verdictMs } = proposal;
  return html`<p class="title">${badge(member, cast)}<span class="token">${tokenWord(text)}</span> ${fate}</p>
    <dl>
      ${entry('drawn in round', drawnBy?.round ?? round)} ${entry('judged in round', round)}
      ${entry('hung for', millisecondsText(verdictMs - drawnMs))} ${entry('q, as proposed', numberText(q))}
      ${entry('r, as wanted', numberText(r))} ${entry('u, the draw', numberText(u))}
    </dl>`;
}

/** What a forward drew is judged in its own round or within as many more as there are members. */
function proposalOf(forward: ForwardItem, model: RhythmModel): ProposalItem | null {
  for (let later = 0; later <= model.lanes.length; later++) {
    const round = model.roundAt(forward.round + later);
    const drawn = round?.proposals.find(({ drawnBy }) => drawnBy === forward);
    if (drawn) return drawn;
  }
  return null;
}

function badge(member: number, cast: readonly CastMember[]): TemplateResult {
  return html`<span class="badge ${memberClass(member)}">${letterOf(cast, member)}</span>`;
}

function entry(name: string, value: string | number): TemplateResult {
  return html`<div><dt>${name}</dt><dd>${value}</dd></div>`;
}

function numberText(value: number | null): string {
  return value === null ? noNumber : smallNumberText(value);
}

export const cardStyle = css`
  .card {
    position: absolute;
    z-index: 2;
    width: max-content;
    max-width: min(17rem, 100%);
    padding: 0.7rem 0.9rem;
    border: 1px solid var(--edge);
    border-radius: var(--radius);
    background: var(--sheet);
    box-shadow: 0 4px 18px rgb(0 0 0 / 0.16);
    font-size: 0.8125rem;
    line-height: 1.4;
    pointer-events: none;
  }
  .card.pinned {
    pointer-events: auto;
  }
  .card .title {
    display: flex;
    align-items: center;
    gap: 0.5rem;
    margin-bottom: 0.35rem;
    font-weight: 600;
  }
  .card .token {
    font: 400 1.0625rem / 1.2 var(--serif);
  }
  .card dl {
    margin: 0;
  }
  .card dl div {
    display: flex;
    justify-content: space-between;
    gap: 1.25rem;
  }
  .card dt {
    color: var(--ink-soft);
  }
  .card dd {
    margin: 0;
    font-variant-numeric: tabular-nums;
  }
`;
