import { css, html, LitElement, type PropertyDeclarations, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import { chosenOf, combinations } from '../form/choices.ts';
import { changeMember, type MemberForm, plausibleShare, setShare, type TeamForm } from '../form/team-form.ts';
import { fieldStyle } from '../kit/field-style.ts';
import { memberClass, memberStyle } from '../kit/member-style.ts';
import { fieldText, numberIn } from '../kit/number-field.ts';
import { percentText } from '../kit/number-text.ts';
import { theme } from '../kit/theme.ts';
import { type ModelChoice, titleOf } from '../models/model-choice.ts';
import { memberLetters } from '../story/cast.ts';

/**
 * What the parts of a combination weigh: sliders for weighted and contrastive, numbers for geometric, an address for
 * a custom one.
 * @fires {CustomEvent<TeamForm>} team-change
 */
export class CombinationEditor extends LitElement {
  static override properties: PropertyDeclarations = {
    team: { attribute: false },
    choices: { attribute: false },
  };
  declare team: TeamForm;
  declare choices: readonly ModelChoice[];

  static override styles = [
    theme,
    fieldStyle,
    memberStyle,
    css`
      .fader {
        appearance: none;
        height: 1.75rem;
        background: transparent;
        cursor: pointer;
        --track: linear-gradient(to right, var(--member-a), var(--rule) 50%, var(--member-b));
      }
      .fader::-webkit-slider-runnable-track {
        height: 0.5rem;
        border-radius: 0.25rem;
        background: var(--track);
      }
      .fader::-moz-range-track {
        height: 0.5rem;
        border-radius: 0.25rem;
        background: var(--track);
      }
      .fader::-webkit-slider-thumb {
        appearance: none;
        width: 1.35rem;
        height: 1.35rem;
        margin-top: -0.425rem;
        border: 2px solid var(--ink);
        border-radius: 50%;
        background: var(--sheet);
      }
      .fader::-moz-range-thumb {
        width: 1.1rem;
        height: 1.1rem;
        border: 2px solid var(--ink);
        border-radius: 50%;
        background: var(--sheet);
      }
      .ends {
        display: flex;
        justify-content: space-between;
        gap: 1rem;
        font-size: 0.8125rem;
        line-height: 1.35;
        font-variant-numeric: tabular-nums;
      }
      .ends > :last-child {
        text-align: end;
      }
      .ends b {
        display: block;
        color: var(--member);
        font-size: 0.9375rem;
      }
      .row {
        display: grid;
        grid-template-columns: auto minmax(0, 1fr) 3rem;
        align-items: center;
        gap: 0.6rem;
        margin: 0;
        font-weight: 400;
      }
      .row + .row {
        margin-top: 0.5rem;
      }
      .row .value {
        text-align: end;
      }
      .row input[type='range'] {
        accent-color: var(--member);
      }
      .row input[type='number'] {
        grid-column: 2 / -1;
      }
    `,
  ];

  constructor() {
    super();
    this.team = { members: [] } as unknown as TeamForm;
    this.choices = [];
  }

  override render(): TemplateResult {
    return html`${this.#parts()}
      <p class="hint">${chosenOf(combinations, this.team.combination).explanation}</p>`;
  }

  #parts(): TemplateResult | readonly TemplateResult[] {
    const { members, combination } = this.team;
    switch (combination) {
      case 'weighted':
        return members.length === 2 ? this.#fader(members[0], members[1]) : members.map(this.#share);
      case 'contrastive':
        return this.#contrast();
      case 'geometric':
        return members.map(this.#exponent);
      case 'custom':
        return this.#module();
    }
  }

  /** Two members: one slider from all of the first to all of the second. */
  #fader(first: MemberForm, second: MemberForm): TemplateResult {
    const [nameA, nameB] = [first, second].map(({ model }) => titleOf(model, this.choices));
    const [shareA, shareB] = [percentText(first.share), percentText(second.share)];
    return html`<input
        class="fader"
        type="range"
        min="0"
        max="1"
        step="0.05"
        aria-label="Weight λ, from ${nameA} to ${nameB}"
        aria-valuetext="${nameA} ${shareA}, ${nameB} ${shareB}"
        .value=${live(String(second.share))}
        @input=${(event: Event) => this.#change(setShare(this.team, second.key, numberIn(event)))}
      />
      <div class="ends" aria-hidden="true">
        <span class=${memberClass(0)}><b>${shareA}</b>${nameA}</span>
        <span class=${memberClass(1)}><b>${shareB}</b>${nameB}</span>
      </div>`;
  }

  #share = (member: MemberForm, index: number): TemplateResult => {
    const name = titleOf(member.model, this.choices);
    return html`<label class="row ${memberClass(index)}">
      <span class="badge" aria-hidden="true">${memberLetters[index]}</span>
      <input
        type="range"
        min="0"
        max="1"
        step="0.01"
        aria-label="Weight λ of member ${memberLetters[index]}, ${name}"
        .value=${live(String(member.share))}
        @input=${(event: Event) => this.#change(setShare(this.team, member.key, numberIn(event)))}
      />
      <span class="value" aria-hidden="true">${percentText(member.share)}</span>
    </label>`;
  };

  #exponent = (
    member: MemberForm,
    index: number,
  ): TemplateResult => html`<label class="row ${memberClass(index)}">
    <span class="badge" aria-hidden="true">${memberLetters[index]}</span>
    <input
      type="number"
      inputmode="decimal"
      step="0.1"
      aria-label="Weight of member ${memberLetters[index]}, ${titleOf(member.model, this.choices)}"
      .value=${live(fieldText(member.exponent))}
      @input=${(event: Event) =>
        this.#change(changeMember(this.team, member.key, { exponent: numberIn(event) }))}
    />
  </label>`;

  #contrast(): TemplateResult {
    const { mu, masksImplausible } = this.team;
    return html`<label for="mu">
        Strength μ <span class="value" aria-hidden="true">${mu.toFixed(2)}</span>
      </label>
      <input
        id="mu"
        type="range"
        min="0"
        max="1"
        step="0.05"
        .value=${live(String(mu))}
        @input=${(event: Event) => this.#change({ ...this.team, mu: numberIn(event) })}
      />
      <label class="switch">
        <input
          type="checkbox"
          role="switch"
          .checked=${live(masksImplausible)}
          @change=${(event: Event) =>
            this.#change({ ...this.team, masksImplausible: (event.target as HTMLInputElement).checked })}
        />
        <span>Only words the expert finds plausible (α-mask, ${plausibleShare})</span>
      </label>`;
  }

  #module(): TemplateResult {
    return html`<label for="module">Module</label>
      <input
        id="module"
        type="text"
        inputmode="url"
        autocomplete="off"
        spellcheck="false"
        placeholder="combine.js"
        aria-describedby="module-hint"
        .value=${live(this.team.moduleUrl)}
        @input=${(event: Event) =>
          this.#change({ ...this.team, moduleUrl: (event.target as HTMLInputElement).value.trim() })}
      />
      <p class="hint" id="module-hint">
        An ES module of this site that exports rawLogits, logits or probabilities: one row a member in, one row out.
      </p>`;
  }

  #change(team: TeamForm): void {
    this.dispatchEvent(new CustomEvent<TeamForm>('team-change', { detail: team }));
  }
}

customElements.define('antiphon-combination', CombinationEditor);

declare global {
  interface HTMLElementTagNameMap {
    'antiphon-combination': CombinationEditor;
  }
}
