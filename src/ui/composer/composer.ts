import { html, LitElement, type PropertyDeclarations, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import './acceptance-editor.ts';
import type { AcceptanceForm } from '../form/acceptance-form.ts';
import { type ChatForm, newChat } from '../form/chat-form.ts';
import { acceptances, chosenOf } from '../form/choices.ts';
import { moduleRefusal } from '../form/custom-module.ts';
import { applyPreset, isApplied, presetsFor } from '../form/presets.ts';
import type { Refusal, RefusalCheck } from '../form/refusal.ts';
import {
  defaultDraftLength,
  initialForm,
  methods,
  neededModels,
  type RequestForm,
  rollSeed,
  samplePrompts,
} from '../form/request-form.ts';
import { fieldStyle } from '../kit/field-style.ts';
import { fieldText, numberIn } from '../kit/number-field.ts';
import { wantCatalogue } from '../models/catalogue-wanted.ts';
import { canChat, type EngineState, hasModels, isLoading } from '../models/engine-state.ts';
import type { ModelChoice } from '../models/model-choice.ts';
import { modelChooser } from '../models/model-chooser.ts';
import { composerStyle } from './composer-style.ts';
import { draftLengthField } from './draft-length-field.ts';
import { moreSettings, type NumberField } from './more-settings.ts';
import './team-editor.ts';
import type { TeamForm } from '../form/team-form.ts';
import { unservedPrompt } from '../form/unserved.ts';
import { theme } from '../kit/theme.ts';

/**
 * Prompt, method, settings, and the one button that starts and stops.
 * @fires {CustomEvent<RequestForm>} form-change
 * @fires {CustomEvent<RequestForm>} start
 * @fires {CustomEvent<RequestForm>} race
 * @fires {CustomEvent<void>} stop
 */
export class Composer extends LitElement {
  static override properties: PropertyDeclarations = {
    engine: { attribute: false },
    running: { attribute: false },
    stopping: { attribute: false },
    choices: { attribute: false },
    refusalOf: { attribute: false },
    form: { attribute: false },
    isWide: { state: true },
    settingsOpen: { state: true },
  };
  declare engine: EngineState;
  declare running: boolean;
  declare stopping: boolean;
  declare choices: readonly ModelChoice[];
  declare refusalOf: RefusalCheck;
  /** What the reader changes is told by `form-change`. */
  declare form: RequestForm;
  /** There is room for the settings beside the story; else they are folded away. */
  declare isWide: boolean;
  declare settingsOpen: boolean;

  readonly #wide = matchMedia('(min-width: 62rem)');

  static override styles = [theme, fieldStyle, composerStyle];

  constructor() {
    super();
    this.engine = { kind: 'starting' };
    this.running = false;
    this.stopping = false;
    this.choices = [];
    this.refusalOf = () => null;
    this.form = initialForm(rollSeed());
    this.isWide = this.#wide.matches;
    this.settingsOpen = false;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#wide.addEventListener('change', this.#onWidth);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#wide.removeEventListener('change', this.#onWidth);
  }

  override render(): TemplateResult {
    return html`<form novalidate @submit=${this.#submit} @keydown=${this.#onKey}>
      ${this.#prompt()} ${this.#button()} ${this.isWide ? this.#samples() : null}
      <details class="all-settings" ?open=${this.isWide || this.settingsOpen} @toggle=${this.#onToggle}>
        <summary>
          Settings
          <span class="hint">${chosenOf(methods, this.form.method).title}, temperature ${this.form.temperature}</span>
        </summary>
        <div class="settings">
          ${this.isWide ? null : this.#samples()} ${this.#presets()} ${this.#method()} ${this.#models()} ${this.#team()} ${this.#settings()}
          ${moreSettings({ form: this.form, running: this.running, change: (change) => this.#set(change) })}
        </div>
      </details>
    </form>`;
  }

  async focusPrompt(): Promise<void> {
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLTextAreaElement>('#prompt')?.focus();
  }

  #prompt(): TemplateResult {
    const { chat } = this.form;
    return html`${this.#chatSwitch()}${chat && this.#chat(chat)}
    <div class="field">
      <label for="prompt">${chat ? 'Message' : 'Prompt'}</label>
      <textarea
        id="prompt"
        rows="2"
        autocomplete="off"
        spellcheck="false"
        aria-describedby="prompt-hint"
        .value=${live(this.form.prompt)}
        @input=${(event: InputEvent) => this.#set({ prompt: (event.target as HTMLTextAreaElement).value })}
      ></textarea>
      <div id="prompt-hint" aria-live="polite">${this.#unserved()}</div>
    </div>`;
  }

  /** Of other languages and of emoji: the run would be no failure, but nonsense. */
  #unserved(): TemplateResult | null {
    const hint = unservedPrompt(this.form);
    return hint === null
      ? null
      : html`<p class="hint">${hint} For other languages choose a team under “More teams …”.</p>`;
  }

  #samples(): TemplateResult | null {
    if (this.form.chat) return null;
    return html`<div class="samples" role="group" aria-label="Prompts to try">
      ${samplePrompts.map(
        (prompt) =>
          html`<button type="button" class="sample" @click=${() => this.#set({ prompt })}>${prompt}</button>`,
      )}
    </div>`;
  }

  /** Offered where a model of the method was trained to chat. */
  #chatSwitch(): TemplateResult | null {
    const { chat } = this.form;
    if (!chat && !canChat(this.engine, neededModels(this.form))) return null;
    return html`<label class="switch"
      ><input
        type="checkbox"
        role="switch"
        .checked=${live(chat !== null)}
        @change=${() => this.#set({ chat: chat ? null : newChat })}
      /><span>Chat: reply to a message, by the model’s own template</span></label
    >`;
  }

  #chat(chat: ChatForm): TemplateResult {
    return html`${
      chat.turns.length === 0
        ? null
        : html`<div class="field" role="group" aria-labelledby="turns">
            <span class="label" id="turns">So far</span>
            <ol class="turns">
              ${chat.turns.map(({ role, content }) => html`<li><strong>${role}</strong> ${content}</li>`)}
            </ol>
            <button type="button" @click=${() => this.#set({ chat: { ...chat, turns: [] } })}>New conversation</button>
          </div>`
    }
    <div class="field">
      <label for="system">System prompt</label>
      <textarea
        id="system"
        rows="1"
        autocomplete="off"
        spellcheck="false"
        placeholder="as the model’s template has it"
        .value=${live(chat.system)}
        @input=${(event: InputEvent) =>
          this.#set({ chat: { ...chat, system: (event.target as HTMLTextAreaElement).value } })}
      ></textarea>
    </div>`;
  }

  #presets(): TemplateResult {
    return html`<div class="field" role="group" aria-labelledby="presets">
      <div class="label">
        <span id="presets">Start from</span>
        <button type="button" class="preset" aria-haspopup="dialog" @click=${this.#lookAround}>More teams …</button>
      </div>
      <div class="presets">
        ${presetsFor(this.form).map(
          (preset) =>
            html`<button
              type="button"
              class="preset"
              aria-pressed=${isApplied(this.form, preset) ? 'true' : 'false'}
              @click=${() => this.#set(applyPreset(this.form, preset))}
            >
              ${preset.title}
            </button>`,
        )}
      </div>
    </div>`;
  }

  #method(): TemplateResult {
    return html`<fieldset class="field">
      <legend>Method</legend>
      <div class="segments">
        ${methods.map(
          ({ kind, title }) =>
            html`<label class="segment"
              ><input
                type="radio"
                name="method"
                value=${kind}
                aria-describedby="method-hint"
                .checked=${live(kind === this.form.method)}
                @change=${() => this.#set({ method: kind })}
              /><span>${title}</span></label
            >`,
        )}
      </div>
      <p class="hint" id="method-hint">${chosenOf(methods, this.form.method).explanation}</p>
    </fieldset>`;
  }

  /** Of the methods without a team. */
  #models(): TemplateResult | null {
    const { method, target, draft } = this.form;
    if (method === 'collaborative') return null;
    const hasDraft = method === 'draft-model';
    const chooser = (id: 'target' | 'draft', purpose: string, model: string) =>
      html`<div class="field">
        <label for=${id}>${purpose}</label>
        ${modelChooser({
          ...{ id, purpose, model, choices: this.choices, isUnlabelled: false },
          choose: (chosen) => this.#set({ [id]: chosen }),
        })}
      </div>`;
    return html`<div class=${hasDraft ? 'pairs' : ''}>
      ${chooser('target', hasDraft ? 'Target model' : 'Model that writes', target)}
      ${hasDraft ? chooser('draft', 'Draft model', draft) : null}
    </div>`;
  }

  #team(): TemplateResult | null {
    if (this.form.method !== 'collaborative') return null;
    return html`<antiphon-team
      .team=${this.form.team}
      .choices=${this.choices}
      .isChat=${this.form.chat !== null}
      .acceptanceTitle=${chosenOf(acceptances, this.form.acceptance.kind).title}
      .whyNot=${(team: TeamForm) => this.#whyNot({ team })}
      @team-change=${(event: CustomEvent<TeamForm>) => this.#set({ team: event.detail })}
      >${this.#acceptance()}</antiphon-team
    >`;
  }

  #acceptance(): TemplateResult | null {
    if (this.form.method === 'plain') return null;
    return html`<antiphon-acceptance
      .acceptance=${this.form.acceptance}
      .whyNot=${(acceptance: AcceptanceForm) => this.#whyNot({ acceptance })}
      @acceptance-change=${(event: CustomEvent<AcceptanceForm>) => this.#set({ acceptance: event.detail })}
    ></antiphon-acceptance>`;
  }

  #settings(): TemplateResult {
    const { draftLength, temperature, seed, method } = this.form;
    const hasDraft = method === 'draft-model' || method === 'ngram';
    return html`${method === 'collaborative' ? null : this.#acceptance()}
      <div class=${hasDraft ? 'pairs' : ''}>
        ${
          hasDraft
            ? draftLengthField({
                label: 'Draft length',
                min: 0,
                value: draftLength,
                whenFixed: defaultDraftLength,
                onChange: (chosen) => this.#set({ draftLength: chosen }),
              })
            : null
        }
        <div class="field">
          <label for="temperature">Temperature <span class="value" aria-hidden="true">${temperature.toFixed(2)}</span></label>
          <input
            id="temperature"
            type="range"
            min="0"
            max="2"
            step="0.05"
            .value=${live(String(temperature))}
            @input=${this.#number('temperature')}
          />
        </div>
      </div>
      <div class="field">
        <label for="seed">Seed</label>
        <div class="seed">
          <input
            id="seed"
            type="number"
            inputmode="numeric"
            min="0"
            step="1"
            .value=${live(fieldText(seed))}
            @input=${this.#number('seed')}
          />
          <button type="button" @click=${() => this.#set({ seed: rollSeed() })}>New seed</button>
        </div>
      </div>`;
  }

  #button(): TemplateResult {
    // One element in all states, so that the keyboard's focus stays where it is.
    const label = this.running ? (this.stopping ? 'Stopping …' : 'Stop') : 'Start';
    const isReady = this.#canStart();
    return html`${this.#refusal()}
    <div class="go">
      <button
        class=${this.running ? '' : 'primary'}
        type="submit"
        aria-keyshortcuts=${this.running ? 'Escape' : 'Control+Enter'}
        ?disabled=${!this.running && !isReady}
      >
        ${!this.running && !isReady && isLoading(this.engine) ? 'Loading …' : label}
      </button>
      ${
        this.form.method === 'plain'
          ? null
          : html`<button
              type="button"
              aria-describedby="race-hint"
              ?disabled=${!isReady}
              @click=${this.#race}
            >
              Race
            </button>`
      }
    </div>
    <p class="hint">
      ${
        this.form.method === 'plain'
          ? null
          : html`<span id="race-hint">Race writes one text in several ways and times them.</span>`
      }
      <span class="keys">${this.running ? 'Esc stops.' : 'Ctrl + Enter starts.'}</span>
    </p>`;
  }

  /** Combinations of choices that cannot run. A field out of range is told when it is used, not while it is typed. */
  #refusal(): TemplateResult | null {
    const refusal = this.#moduleRefusal() ?? this.refusalOf(this.form);
    if (!refusal?.field.startsWith('method')) return null;
    return html`<p class="refusal" role="alert"><strong>Cannot run:</strong> ${refusal.reason}</p>`;
  }

  #moduleRefusal(): Refusal | null {
    const { method, team } = this.form;
    if (method !== 'collaborative' || team.combination !== 'custom') return null;
    const reason = moduleRefusal(team.moduleUrl, location.href);
    return reason === null ? null : { field: 'method.combine.url', reason };
  }

  #whyNot(change: Partial<RequestForm>): string | null {
    const refusal = this.refusalOf({ ...this.form, ...change });
    if (!refusal?.field.startsWith('method')) return null;
    // What stands in the way already is told once, beside the button.
    return refusal.reason === this.refusalOf(this.form)?.reason ? null : refusal.reason;
  }

  #canStart(): boolean {
    return !this.running && hasModels(this.engine, neededModels(this.form)) && this.#moduleRefusal() === null;
  }

  #number(field: NumberField): (event: InputEvent) => void {
    return (event) => this.#set({ [field]: numberIn(event) });
  }

  #set(change: Partial<RequestForm>): void {
    this.form = { ...this.form, ...change };
    this.dispatchEvent(new CustomEvent<RequestForm>('form-change', { detail: this.form }));
  }

  #submit = (event: SubmitEvent): void => {
    event.preventDefault();
    if (this.running) this.dispatchEvent(new CustomEvent('stop'));
    else if (this.#canStart()) {
      this.dispatchEvent(new CustomEvent<RequestForm>('start', { detail: this.form }));
    }
  };

  #onWidth = ({ matches }: MediaQueryListEvent): void => {
    this.isWide = matches;
  };

  #onToggle = (event: Event): void => {
    const details = event.currentTarget as HTMLDetailsElement;
    // Folded parts within tell their own.
    if (event.target === details && !this.isWide) this.settingsOpen = details.open;
  };

  #lookAround = (event: Event): void => {
    wantCatalogue(event.currentTarget as HTMLElement, { purpose: null, replaces: null, choose: () => {} });
  };

  #race = (): void => {
    this.dispatchEvent(new CustomEvent<RequestForm>('race', { detail: this.form }));
  };

  #onKey = (event: KeyboardEvent): void => {
    if (event.key === 'Escape' && this.running) this.dispatchEvent(new CustomEvent('stop'));
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey) && !this.running) {
      event.preventDefault();
      (event.currentTarget as HTMLFormElement).requestSubmit();
    }
  };
}

customElements.define('antiphon-composer', Composer);

declare global {
  interface HTMLElementTagNameMap {
    'antiphon-composer': Composer;
  }
}
