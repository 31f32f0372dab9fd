import { css, html, nothing, type TemplateResult } from 'lit';
import type { CandidateList, Candidates } from '../../decode/candidates.ts';
import { memberClass } from '../kit/member-style.ts';
import { tinyShareText } from '../kit/number-text.ts';
import type { CastMember } from './cast.ts';
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
  // Where a few tokens have it all, the rest of the list says nothing.
  const listed = top.slice(0, shownCandidates).filter(({ probability }) => probability > 0);
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
    <span class="share">${tinyShareText(probability)}</span>
    <span class="bar" aria-hidden="true"><span .style=${`width: ${width}`}></span></span>
  </li>`;
}

export const candidateStyle = css`
  .candidates {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(min(10.5rem, 100%), 1fr));
    gap: 0.75rem 1.5rem;
    margin-top: 0.7rem;
    padding-top: 0.6rem;
    border-top: 1px solid var(--rule);
  }
  .distribution {
    min-width: 0;
  }
  .distribution.combined {
    --member: var(--ink-soft);
  }
  .distribution .who {
    display: flex;
    align-items: center;
    gap: 0.4rem;
    min-height: 1.35rem;
    margin: 0 0 0.2rem;
    font: 600 0.8125rem / 1.2 var(--sans);
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
    grid-template-columns: minmax(0, 1fr) auto;
    align-items: baseline;
    gap: 0 0.5rem;
    padding-block: 0.1rem;
  }
  .distribution .word {
    overflow: hidden;
    font: 400 0.9375rem / 1.3 var(--serif);
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .distribution .this .word {
    font-weight: 700;
    text-decoration: underline;
  }
  .distribution .bar {
    grid-column: 1 / -1;
    overflow: hidden;
    border-radius: 2px;
    background: var(--rule);
  }
  .distribution .bar > span {
    display: block;
    min-width: 1px;
    height: 0.25rem;
    background: var(--member);
    opacity: 0.6;
  }
  .distribution .this .bar > span {
    opacity: 1;
  }
  .distribution .share {
    font-variant-numeric: tabular-nums;
  }
  @media (max-width: 40rem) {
    .candidates {
      grid-template-columns: 1fr 1fr;
      gap: 0.6rem 1.25rem;
    }
    .distribution li:nth-child(n + 4):not(.this) {
      display: none;
    }
  }
`;
