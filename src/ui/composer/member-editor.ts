import { css, html, LitElement, type PropertyDeclarations, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import type { MemberForm } from '../form/team-form.ts';
import { fieldStyle } from '../kit/field-style.ts';
import { memberClass, memberStyle } from '../kit/member-style.ts';
import { theme } from '../kit/theme.ts';
import type { ModelChoice } from '../models/model-choice.ts';
import { modelChooser } from '../models/model-chooser.ts';
import { memberLetters } from '../story/cast.ts';
import { draftLengthField } from './draft-length-field.ts';

/**
 * One member of the team: its model, and folded away what else it may have of its own.
 * @fires {CustomEvent<Partial<MemberForm>>} member-change
 * @fires {CustomEvent<void>} member-remove
 */
export class MemberEditor extends LitElement {
  static override properties: PropertyDeclarations = {
    member: { attribute: false },
    index: { attribute: false },
    standing: { attribute: false },
    choices: { attribute: false },
    removable: { attribute: false },
    isChat: { attribute: false },
  };
  declare member: MemberForm;
  declare index: number;
  /** What the member is in the combination, such as `expert`; null where all are alike. */
  declare standing: string | null;
  declare choices: readonly ModelChoice[];
  declare removable: boolean;
  declare isChat: boolean;

  static override styles = [
    theme,
    fieldStyle,
    memberStyle,
    css`
      .head {
        display: grid;
        grid-template-columns: auto minmax(0, 1fr) auto;
        align-items: center;
        gap: 0.6rem;
      }
      select {
        border-color: transparent;
        padding-block: 0.3rem;
        padding-inline-start: 0.3rem;
        background-color: transparent;
        font-weight: 600;
      }
      select:hover {
        border-color: var(--edge);
      }
      .remove {
        display: grid;
        place-items: center;
        width: 2.5rem;
        padding: 0;
        border-color: transparent;
        color: var(--ink-soft);
        font-size: 1.25rem;
        line-height: 1;
      }
      .remove:hover {
        border-color: var(--danger);
        color: var(--danger);
      }
      details {
        margin-inline-start: 2.4rem;
        color: var(--ink-soft);
      }
      details[open] {
        padding-bottom: 0.6rem;
      }
      summary {
        font-size: 0.8125rem;
        line-height: 1.75rem;
      }
      label {
        color: var(--ink);
      }
      .field + .field {
        margin-top: 0.8rem;
      }
    `,
  ];

  constructor() {
    super();
    this.member = {
      key: 0,
      model: '',
      temperature: null,
      prompt: '',
      system: '',
      draftLength: 1,
      share: 1,
      exponent: 1,
    };
    this.index = 0;
    this.standing = null;
    this.choices = [];
    this.removable = false;
    this.isChat = false;
  }

  override render(): TemplateResult {
    const { model, draftLength, temperature, prompt } = this.member;
    const letter = memberLetters[this.index];
    return html`<div class="head">
        <span class="badge ${memberClass(this.index)}" aria-hidden="true">${letter}</span>
        ${modelChooser({
          purpose: `Model of member ${letter}`,
          model,
          choices: this.choices,
          choose: (chosen) => this.#change({ model: chosen }),
        })}
        ${
          this.removable
            ? html`<button
                type="button"
                class="remove"
                aria-label="Remove member ${letter}"
                @click=${() => this.dispatchEvent(new CustomEvent('member-remove'))}
              >
                <span aria-hidden="true">×</span>
              </button>`
            : null
        }
      </div>
      <details>
        <summary>${this.#summary()}</summary>
        ${draftLengthField({
          label: 'Tokens proposed in a row, γ',
          min: 1,
          value: draftLength,
          whenFixed: 1,
          onChange: (chosen) => this.#change({ draftLength: chosen }),
        })}
        <div class="field">
          <label for="temperature">Own temperature</label>
          <input
            id="temperature"
            type="number"
            inputmode="decimal"
            min="0.05"
            step="0.05"
            placeholder="as the request"
            .value=${live(temperature === null ? '' : String(temperature))}
            @change=${(event: Event) => this.#change({ temperature: numberOrNull(event) })}
          />
        </div>
        ${this.isChat ? this.#system() : null}
        <div class="field">
          <label for="prompt">${this.isChat ? 'Own message' : 'Own prompt'}</label>
          <textarea
            id="prompt"
            rows="2"
            spellcheck="false"
            placeholder="as the request"
            aria-describedby="prompt-hint"
            .value=${live(prompt)}
            @input=${(event: Event) => this.#change({ prompt: (event.target as HTMLTextAreaElement).value })}
          ></textarea>
          <p class="hint" id="prompt-hint">Only this member reads it. All members continue the same text.</p>
        </div>
      </details>`;
  }

  #system(): TemplateResult {
    return html`<div class="field">
      <label for="system">Own system prompt</label>
      <textarea
        id="system"
        rows="2"
        spellcheck="false"
        placeholder="as the request"
        .value=${live(this.member.system)}
        @input=${(event: Event) => this.#change({ system: (event.target as HTMLTextAreaElement).value })}
      ></textarea>
    </div>`;
  }

  #summary(): string {
    const { draftLength, temperature, prompt, system } = this.member;
    return [
      ...(this.standing === null ? [] : [this.standing]),
      turnText(draftLength),
      ...(temperature === null ? [] : [`temperature ${temperature}`]),
      ...(prompt === '' && !(this.isChat && system !== '') ? [] : ['own prompt']),
    ].join(' · ');
  }

  #change(change: Partial<MemberForm>): void {
    this.dispatchEvent(new CustomEvent<Partial<MemberForm>>('member-change', { detail: change }));
  }
}

function turnText(draftLength: MemberForm['draftLength']): string {
  if (draftLength === 'adaptive') return 'draft length automatic';
  return draftLength === 1 ? '1 token a turn' : `${draftLength} tokens a turn`;
}

function numberOrNull(event: Event): number | null {
  const value = (event.target as HTMLInputElement).valueAsNumber;
  return Number.isNaN(value) ? null : value;
}

customElements.define('antiphon-member', MemberEditor);

declare global {
  interface HTMLElementTagNameMap {
    'antiphon-member': MemberEditor;
  }
}
