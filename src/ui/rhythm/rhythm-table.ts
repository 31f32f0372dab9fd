import {
  css,
  html,
  LitElement,
  type PropertyDeclarations,
  type PropertyValues,
  type TemplateResult,
} from 'lit';
import { memberClass, memberStyle } from '../kit/member-style.ts';
import { noNumber, smallNumberText } from '../kit/number-text.ts';
import { theme } from '../kit/theme.ts';
import type { CastMember } from '../story/cast.ts';
import type { ForwardItem, ProposalItem, RoundItems } from './rhythm-items.ts';
import {
  type Letters,
  letterOf,
  millisecondsText,
  quotedToken,
  roundMs,
  secondsText,
} from './rhythm-words.ts';

const rowsPerPage = 50;

/** The same as the timeline, for reading: a row a round with every number, in pages, rendered while it is open. */
export class RhythmTable extends LitElement {
  static override properties: PropertyDeclarations = {
    rounds: { attribute: false },
    revision: { attribute: false },
    cast: { attribute: false },
    selectedRound: { attribute: false },
    open: { state: true },
    page: { state: true },
  };
  declare rounds: readonly RoundItems[];
  /** Changes with the list, which grows in place. */
  declare revision: number;
  declare cast: readonly CastMember[];
  /** The page with this round comes up when it changes; null leaves the last page up. */
  declare selectedRound: number | null;
  declare open: boolean;
  /** null until the reader turns one. */
  declare page: number | null;

  static override styles = [
    theme,
    memberStyle,
    css`
      summary {
        color: var(--ink-soft);
        font-size: 0.875rem;
      }
      .pages {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.6rem;
        margin-top: 0.6rem;
        font-size: 0.875rem;
      }
      .rounds {
        max-height: 26rem;
        margin-top: 0.6rem;
        overflow: auto;
        border: 1px solid var(--rule);
        border-radius: var(--radius);
      }
      .rounds table {
        width: 100%;
        border-collapse: collapse;
        font-size: 0.8125rem;
        font-variant-numeric: tabular-nums;
      }
      .rounds th,
      .rounds td {
        padding: 0.35rem 0.75rem;
        border-top: 1px solid var(--rule);
        text-align: start;
        vertical-align: top;
        font-weight: 400;
        white-space: nowrap;
      }
      .rounds thead th {
        position: sticky;
        top: 0;
        border: 0;
        background: var(--sheet);
        color: var(--ink-soft);
      }
      .rounds b {
        color: var(--member);
      }
      .rounds .text {
        font-family: var(--serif);
        white-space: pre-wrap;
      }
    `,
  ];

  constructor() {
    super();
    this.rounds = [];
    this.revision = 0;
    this.cast = [];
    this.selectedRound = null;
    this.open = false;
    this.page = null;
  }

  override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('rounds') || changed.has('selectedRound')) this.page = null;
  }

  override render(): TemplateResult {
    return html`<details @toggle=${this.#onToggle}>
      <summary>All rounds as a table</summary>
      ${this.open && this.rounds.length > 0 ? this.#content() : null}
    </details>`;
  }

  #content(): TemplateResult {
    const pages = Math.ceil(this.rounds.length / rowsPerPage);
    const page = Math.min(pages - 1, this.page ?? this.#usualPage());
    const shown = this.rounds.slice(page * rowsPerPage, (page + 1) * rowsPerPage);
    const turn = (name: string, to: number) =>
      html`<button type="button" ?disabled=${to < 0 || to >= pages} @click=${() => this.#turnTo(to)}>
        ${name}
      </button>`;
    // Where nobody proposes, a column for it would stay empty.
    const hasProposals = this.rounds.some(({ proposals }) => proposals.length > 0);
    return html`${table(shown, this.cast, hasProposals)}
      <div class="pages">
        ${turn('Earlier rounds', page - 1)}
        <span>${shown[0].index} to ${shown[shown.length - 1].index} of ${this.rounds[this.rounds.length - 1].index}</span>
        ${turn('Later rounds', page + 1)}
      </div>`;
  }

  /** The chosen round's page, else the last. */
  #usualPage(): number {
    const place = (this.selectedRound ?? Number.POSITIVE_INFINITY) - this.rounds[0].index;
    return Math.floor(Math.min(place, this.rounds.length - 1) / rowsPerPage);
  }

  #turnTo(page: number): void {
    this.page = page;
  }

  #onToggle = (event: Event): void => {
    this.open = (event.currentTarget as HTMLDetailsElement).open;
  };
}

function table(rounds: readonly RoundItems[], cast: Letters, hasProposals: boolean): TemplateResult {
  const differMs = roundMs(rounds);
  return html`<div class="rounds" role="region" aria-label="Table of rounds" tabindex="0">
    <table>
      <thead>
        <tr>
          <th scope="col">Round</th>
          <th scope="col">Verdict at</th>
          <th scope="col">Forwards</th>
          ${hasProposals ? html`<th scope="col">Proposals</th>` : null}
          <th scope="col">Text</th>
        </tr>
      </thead>
      <tbody>
        ${rounds.map(
          ({ index, atMs, forwards, proposals, committed }) => html`<tr>
            <th scope="row">${index}</th>
            <td>${secondsText(atMs, differMs)}</td>
            <td>${forwards.map((forward) => forwardLine(forward, cast))}</td>
            ${hasProposals ? html`<td>${proposals.map((proposal) => proposalLine(proposal, cast))}</td>` : null}
            <td class="text">${committed.map(({ text }) => text.replaceAll('\n', '↵')).join('')}</td>
          </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

function forwardLine(
  { member, kind, tokens, startMs, endMs, estimated }: ForwardItem,
  cast: Letters,
): TemplateResult {
  const ms = `${millisecondsText(endMs - startMs)}${estimated ? ', estimated' : ''}`;
  return html`<div>${letter(member, cast)} ${kind} ${tokens} · ${ms}</div>`;
}

function proposalLine({ member, text, fate, q, r, u }: ProposalItem, cast: Letters): TemplateResult {
  const numbers = [
    ['q', q],
    ['r', r],
    ['u', u],
  ] as const;
  const told = numbers.map(
    ([name, value]) => `${name} ${value === null ? noNumber : smallNumberText(value)}`,
  );
  return html`<div>${letter(member, cast)} ${quotedToken(text)} ${fate} · ${told.join(', ')}</div>`;
}

function letter(member: number, cast: Letters): TemplateResult {
  return html`<b class=${memberClass(member)}>${letterOf(cast, member)}</b>`;
}

customElements.define('antiphon-rhythm-table', RhythmTable);

declare global {
  interface HTMLElementTagNameMap {
    'antiphon-rhythm-table': RhythmTable;
  }
}
