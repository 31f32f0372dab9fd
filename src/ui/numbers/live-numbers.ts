import { css, html, LitElement, type PropertyDeclarations, type TemplateResult } from 'lit';
import { badgeStyle, losslessBadge } from '../kit/lossless-badge.ts';
import { memberClass, memberStyle } from '../kit/member-style.ts';
import { numberTableStyle } from '../kit/number-table-style.ts';
import { decimalText, durationText, noNumber, percentText } from '../kit/number-text.ts';
import { theme } from '../kit/theme.ts';
import type { CastMember } from '../story/cast.ts';
import { emptyStory, type Story } from '../story/story.ts';
import { ReadingPace } from './reading-pace.ts';
import { type MemberNumbers, type RunNumbers, runNumbers } from './run-numbers.ts';
import { timeTables, timeTablesStyle } from './time-tables.ts';

/** The numbers of the run, as they stand: of the whole, and of each member; no more often than one reads them. */
export class LiveNumbersElement extends LitElement {
  static override properties: PropertyDeclarations = {
    story: { attribute: false },
    cast: { attribute: false },
    lossy: { attribute: false },
  };
  declare story: Story;
  declare cast: readonly CastMember[];
  /** True where the criterion does not follow the distribution. */
  declare lossy: boolean;

  readonly #pace = new ReadingPace();

  static override styles = [
    theme,
    badgeStyle,
    memberStyle,
    numberTableStyle,
    css`
      dl {
        display: grid;
        /* Three in a row or two, of six: none is left alone in the last. */
        grid-template-columns: repeat(auto-fit, minmax(max(6rem, 28%), 1fr));
        gap: 1rem 1.5rem;
        margin: 0;
      }
      .number {
        display: flex;
        flex-direction: column-reverse;
        justify-content: flex-end;
      }
      dt {
        color: var(--ink-soft);
        font-size: 0.8125rem;
      }
      dd {
        margin: 0;
        font: 400 1.75rem / 1.2 var(--serif);
        font-variant-numeric: tabular-nums lining-nums;
      }
      .comparison {
        white-space: nowrap;
      }
      .mean {
        display: block;
        color: var(--ink-soft);
        font-size: 0.75rem;
        white-space: nowrap;
      }
      .lossiness {
        display: flex;
        flex-wrap: wrap;
        align-items: baseline;
        gap: 0.25rem 0.6rem;
        margin-top: 1.1rem;
        font-size: 0.875rem;
      }
      .table {
        margin-top: 1.4rem;
        overflow-x: auto;
      }
      thead th {
        line-height: 1.25;
        vertical-align: bottom;
      }
      @media (max-width: 30rem) {
        thead th:last-child {
          max-width: 4.5rem;
        }
      }
      .who {
        display: flex;
        align-items: center;
        gap: 0.5rem;
        line-height: 1.25;
      }
      /* Beside its letter a name would have room for a syllable. */
      @media (max-width: 30rem) {
        .who {
          flex-direction: column;
          align-items: flex-start;
          gap: 0.2rem;
        }
      }
    `,
    timeTablesStyle,
  ];

  constructor() {
    super();
    this.story = emptyStory;
    this.cast = [];
    this.lossy = false;
  }

  protected override async scheduleUpdate(): Promise<void> {
    await this.#pace.turn();
    await super.scheduleUpdate();
  }

  override render(): TemplateResult {
    const numbers = runNumbers(this.story, this.cast);
    const { tokens, tokensPerSecond, timeToFirstTokenMs, acceptanceRate, tokensPerRound } = numbers;
    return html`<dl>
        ${number('tokens per second', decimalText(tokensPerSecond, 1))}
        ${number('to the first token', durationText(timeToFirstTokenMs))}
        ${acceptanceRate === null ? null : number('acceptance rate', percentText(acceptanceRate))}
        ${number('forwards per token', decimalText(numbers.forwardsPerToken, 2), `instead of ${numbers.referenceForwardsPerToken}`)}
        ${number('tokens per round', decimalText(tokensPerRound, 2))} ${number('tokens', String(tokens))}
      </dl>
      ${this.#lossiness(numbers)} ${numbers.members.length > 1 ? memberTable(numbers) : null}
      ${timeTables(numbers)}`;
  }

  #lossiness({ deviation }: RunNumbers): TemplateResult | null {
    if (!this.lossy && !deviation) return null;
    return html`<p class="lossiness">
      ${losslessBadge(false)}
      <span
        >deviates from the exact distribution by ${percentText(deviation?.mean ?? null, 1)} on average,
        ${percentText(deviation?.max ?? null, 1)} at most</span
      >
    </p>`;
  }
}

function memberTable({ members }: RunNumbers): TemplateResult {
  // One token at a time, as members that take turns propose, is no length to tell.
  const isDrafted = members.some(
    ({ proposes, meanDraftLength }) => proposes && meanDraftLength !== null && meanDraftLength !== 1,
  );
  const hasProposals = members.some(({ proposals }) => proposals > 0);
  return html`<div class="table" tabindex="0" role="group" aria-label="Members">
    <table aria-label="Numbers of each member">
      <thead>
        <tr>
          <th scope="col">Member</th>
          ${isDrafted ? html`<th scope="col">draft length</th>` : null}
          ${hasProposals ? html`<th scope="col">proposed</th><th scope="col">accepted</th>` : null}
          <th scope="col">forwards per token</th>
        </tr>
      </thead>
      <tbody>
        ${members.map(
          (member, index) => html`<tr>
            <th scope="row">
              <span class="who"><span class="badge ${memberClass(index)}">${member.letter}</span>${member.name}</span>
            </th>
            ${isDrafted ? html`<td>${draftLengthText(member)}</td>` : null}
            ${
              hasProposals
                ? html`<td>${member.proposes ? member.proposals : noNumber}</td>
                    <td>${percentText(member.acceptanceRate)}</td>`
                : null
            }
            <td>${decimalText(member.forwardsPerToken, 2)}</td>
          </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

/** Of the last round, with the mean of all where it changes. */
function draftLengthText({ proposes, draftLength, meanDraftLength }: MemberNumbers): TemplateResult {
  if (!proposes || draftLength === null) return html`${noNumber}`;
  if (meanDraftLength === null || meanDraftLength === draftLength) return html`${draftLength}`;
  return html`${draftLength} <span class="mean">mean ${decimalText(meanDraftLength, 1)}</span>`;
}

function number(name: string, value: string, comparison?: string): TemplateResult {
  return html`<div class="number">
    <dt>${name}${comparison === undefined ? null : html` <span class="comparison">${comparison}</span>`}</dt>
    <dd>${value}</dd>
  </div>`;
}

customElements.define('antiphon-live-numbers', LiveNumbersElement);

declare global {
  interface HTMLElementTagNameMap {
    'antiphon-live-numbers': LiveNumbersElement;
  }
}
