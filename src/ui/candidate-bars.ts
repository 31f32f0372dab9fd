import { css, html, nothing, type TemplateResult } from 'lit';
import type { CandidateList, Candidates } from '../decode/candidates.ts';
import type { CastMember } from './cast.ts';
import { memberClass } from './member-style.ts';
import { percentText } from './number-text.ts';
import { tokenWord } from './token-words.ts';

/** Tokens listed of each distribution. */
const shownCandidates = 5;

/** What every member, and their combination, would have had in the token's place: small bars, all to one scale. */
export function candidateBars(
  { members, combined }: Candidates,
  cast: readonly CastMember[],
): TemplateResult {
  const lists = [...members, combined];
  const largest = Math.max(...lists.map((list) => list?.top[0]?.probability ?? 0));
  const bars = (list: CandidateList | null, title: string, member: number | null) =>
    html`<div class="distribution ${member === null ? 'combined' : memberClass(member)}">
      <p class="who">${member === null ? nothing : html`<span class="badge">${cast[member]?.letter}</span>`}${title}</p>
      ${list ? rows(list, largest) : html`<p class="hint">The text is longer than this model’s context.</p>`}
    </div>`;
  return html`<div class="candidates">
    ${members.map((list, member) => bars(list, cast[member]?.name ?? '', member))}
    ${members.length > 1 ? bars(combined, 'Together', null) : nothing}
  </div>`;
}

function rows({ top, token }: CandidateList, largest: number): TemplateResult {
  const listed = top.slice(0, shownCandidates);
  const isListed = listed.some(({ tokenId }) => tokenId === token?.tokenId);
  return html`<ol>
    ${listed.map(({ tokenId, text, probability }, index) =>
      row({ place: index + 1, text, probability, isToken: tokenId === token?.tokenId }, largest),
    )}
    ${token && !isListed ? row({ ...token, place: token.rank, isToken: true }, largest) : nothing}
  </ol>`;
}

interface Row {
  readonly place: number;
  readonly text: string;
  readonly probability: number;
  readonly isToken: boolean;
}

function row({ place, text, probability, isToken }: Row, largest: number): TemplateResult {
  const width = `${(100 * probability) / (largest || 1)}%`;
  return html`<li value=${place} class=${isToken ? 'this' : ''}>
    <span class="word">${tokenWord(text)}</span>
    <span class="bar" aria-hidden="true"><span .style=${`width: ${width}`}></span></span>
    <span class="share">${percentText(probability, 1)}</span>
  </li>`;
}

export const candidateStyle = css`
  .candidates {
    display: grid;
    gap: 0.6rem;
    margin-top: 0.7rem;
    padding-top: 0.6rem;
    border-top: 1px solid var(--rule);
  }
  .distribution.combined {
    --member: var(--ink-soft);
  }
  .distribution .who {
    display: flex;
    align-items: center;
    gap: 0.4rem;
    margin: 0 0 0.15rem;
    font: 600 0.8125rem / 1.4 var(--sans);
  }
  .distribution .badge {
    width: 1.15rem;
    height: 1.15rem;
    font-size: 0.6875rem;
  }
  .distribution ol {
    margin: 0;
    padding: 0;
    list-style: none;
  }
  .distribution li {
    display: grid;
    grid-template-columns: 6.5rem minmax(3rem, 1fr) 3.6rem;
    align-items: center;
    gap: 0.5rem;
  }
  .distribution .word {
    overflow: hidden;
    font: 400 0.9375rem / 1.35 var(--serif);
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .distribution .this .word {
    font-weight: 700;
    text-decoration: underline;
  }
  .distribution .bar > span {
    display: block;
    min-width: 1px;
    height: 0.5rem;
    border-radius: 2px;
    background: var(--member);
    opacity: 0.75;
  }
  .distribution .this .bar > span {
    opacity: 1;
  }
  .distribution .share {
    text-align: end;
    font-variant-numeric: tabular-nums;
  }
`;
