import {
  html,
  LitElement,
  nothing,
  type PropertyDeclarations,
  type PropertyValues,
  type TemplateResult,
} from 'lit';
import { live } from 'lit/directives/live.js';
import type { LoadedModel } from '../../engine/engine-api.ts';
import { EngineError } from '../../errors/engine-error.ts';
import { readCosts, requireCostsOf } from '../../pilot/costs.ts';
import { type CriteriaPreset, criteriaPresets, presetOf } from '../../pilot/criteria.ts';
import { estimatePlan } from '../../pilot/estimate.ts';
import type { CostPerForward, PilotEngine } from '../../pilot/pilot.ts';
import { countCases, modelsOf, type Planned, planPilot } from '../../pilot/plan.ts';
import { refuseUnreadableChats } from '../../pilot/readable-chats.ts';
import { nameOf } from '../../pilot/report.ts';
import { durationText, headline } from '../../pilot/report-words.ts';
import type { PilotProgress } from '../../pilot/run-pilot.ts';
import { acceptances, chosenOf, combinations, schedules } from '../form/choices.ts';
import { initialForm, type RequestForm } from '../form/request-form.ts';
import type { Remedy } from '../kit/failure.ts';
import { failureView } from '../kit/failure-view.ts';
import { fieldStyle } from '../kit/field-style.ts';
import { numberField } from '../kit/number-field.ts';
import { progressStyle } from '../kit/progress-style.ts';
import { failureStyle, theme } from '../kit/theme.ts';
import type { EngineState } from '../models/engine-state.ts';
import { type ModelChoice, titleOf } from '../models/model-choice.ts';
import {
  criteriaFields,
  criteriaIn,
  initialPilotForm,
  makeSamePlan,
  type PilotForm,
  promptsIn,
  requireOwnModule,
  toPilotSettings,
} from './pilot-form.ts';
import './pilot-result.ts';
import { PilotRunner } from './pilot-run.ts';
import { PilotStorage } from './pilot-storage.ts';
import { pilotPanelStyle } from './pilot-style.ts';

type NumberField =
  | ('temperature' | 'maxTokens' | 'seed' | 'repeats')
  | ('minSpeedUp' | 'maxDeviation' | 'minSameTextsPercent' | 'maxPassRateLossPoints');
type TextField = 'draftLengths' | 'teamDraftLengths' | 'combineValues' | 'costPerForward';

/** A plan, or what is wrong with the fields. */
type PlanState =
  | { readonly kind: 'planned'; readonly planned: Planned; readonly runs: number; readonly ms: number | null }
  | { readonly kind: 'refused'; readonly isAboutPrompts: boolean; readonly reason: string };

/** What a pass costs, or what is wrong with the field. */
type Costs =
  | { readonly kind: 'read'; readonly costs: CostPerForward }
  | { readonly kind: 'refused'; readonly reason: string };

const presetTitles: Readonly<Record<CriteriaPreset, string>> = {
  strict: 'Strict: the same texts',
  balanced: 'Balanced: the same quality',
  fast: 'Fast: some quality for speed',
};

const drafterTitles = { model: 'Draft model', ngram: 'N-gram look-up' } as const;
const teamSchedules = ['alternate', 'naive', 'black-box', 'mixture'] as const;

/**
 * What a team does before it adopts this: its own prompts, methods to compare, what it asks of them; then the runs, and
 * a report with a recommendation.
 * @fires {CustomEvent<boolean>} pilot-running - whether a pilot is under way
 * @fires {CustomEvent<readonly string[]>} models-wanted - what the plan needs
 * @fires {CustomEvent<Remedy>} remedy - the reader asks for what a failure's button offers
 */
export class PilotPanel extends LitElement {
  static override properties: PropertyDeclarations = {
    engine: { attribute: false },
    decode: { attribute: false },
    request: { attribute: false },
    choices: { attribute: false },
    busy: { attribute: false },
    form: { state: true },
    dropping: { state: true },
    unread: { state: true },
  };
  declare engine: EngineState;
  /** null where there is no engine. */
  declare decode: PilotEngine['decode'] | null;
  /** The page's form: its team, truncation and stop strings are the pilot's. */
  declare request: RequestForm;
  declare choices: readonly ModelChoice[];
  /** A story or a race is under way. */
  declare busy: boolean;
  declare form: PilotForm;
  declare dropping: boolean;
  /** Why prompts from a file, or those of the page, are not here; null where all were read. */
  declare unread: string | null;

  readonly #storage = new PilotStorage();
  readonly #runner = new PilotRunner(this, this.#storage);
  #plan: PlanState | null = null;
  #wasRunning = false;
  #wanted = '';

  static override styles = [theme, fieldStyle, failureStyle, progressStyle, pilotPanelStyle];

  constructor() {
    super();
    this.engine = { kind: 'starting' };
    this.decode = null;
    this.request = initialForm(1);
    this.choices = [];
    this.busy = false;
    this.form = initialPilotForm;
    this.dropping = false;
    this.unread = null;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#runner.restore();
    this.#storage.readForm().then(
      (kept) => {
        this.form = { ...this.form, ...kept };
      },
      () => {},
    );
  }

  /** Ends a pilot under way; what has finished is kept. */
  stop(): void {
    this.#runner.stop();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    const before = changed.get('form');
    const isOtherForm = changed.has('form') && (!before || !makeSamePlan(before, this.form));
    if (isOtherForm || changed.has('request') || changed.has('choices') || changed.has('engine'))
      this.#plan = this.#planned();
    const isRunning = this.#runner.state.kind === 'running';
    if (isRunning !== this.#wasRunning) {
      this.#wasRunning = isRunning;
      this.dispatchEvent(new CustomEvent<boolean>('pilot-running', { detail: isRunning }));
    }
    if (this.#plan?.kind === 'planned') {
      const models = modelsOf(this.#plan.planned.plan);
      if (models.join() === this.#wanted) return;
      this.#wanted = models.join();
      this.dispatchEvent(new CustomEvent<readonly string[]>('models-wanted', { detail: models }));
    }
  }

  override render(): TemplateResult {
    return html`<p class="intro">
        Find the fastest method for your prompts. Each method runs on every prompt, next to a reference that asks every
        model for every token; a report recommends one.
      </p>
      <form novalidate @submit=${this.#submit}>
        ${this.#prompts()} ${this.#methods()} ${this.#wishes()} ${this.#go()}
      </form>
      ${this.#outcome()}
      <p class="visually-hidden" role="status" aria-live="polite">${this.#announcement()}</p>`;
  }

  #prompts(): TemplateResult {
    const { promptsText } = this.form;
    const refusal = this.#plan?.kind === 'refused' && this.#plan.isAboutPrompts ? this.#plan.reason : null;
    const isEmpty = promptsText.trim() === '';
    return html`<fieldset
      class="part ${this.dropping ? 'dropping' : ''}"
      @dragover=${this.#onDragOver}
      @dragleave=${this.#onDragLeave}
      @drop=${this.#onDrop}
    >
      <h3>Prompts</h3>
      <div class="field">
        <label for="prompts">One per line, or JSON Lines <span class="value">${this.#promptCount()}</span></label>
        <textarea
          id="prompts"
          rows="8"
          spellcheck="false"
          autocomplete="off"
          placeholder=${'Once upon a time\n…or…\n{"prompt": "2 + 2 =", "expected": "4"}\n…or…\n{"messages": [{"role": "user", "content": "Hello"}]}'}
          aria-describedby="prompts-hint"
          aria-invalid=${refusal && !isEmpty ? 'true' : 'false'}
          .value=${live(promptsText)}
          @input=${(event: Event) => this.#set({ promptsText: (event.target as HTMLTextAreaElement).value })}
        ></textarea>
        <div class="sources">
          <button type="button" @click=${this.#choose}>Choose a file</button>
          <input
            class="visually-hidden"
            type="file"
            accept=".jsonl,.ndjson,.txt,.json,text/plain,application/jsonl"
            tabindex="-1"
            aria-label="File of prompts"
            @change=${this.#onChosen}
          />
          <button type="button" @click=${this.#useSamples}>Twenty story prompts</button>
        </div>
        <p class="hint" id="prompts-hint">Or drop a file here. Use at least twenty prompts for reliable numbers. A line with
          <code>"expected"</code> measures quality: a text, <code>{"pattern": "…"}</code>, or
          <code>{"choices": […], "answer": "…"}</code>.</p>
      </div>
      ${this.unread === null ? null : html`<p class="refusal" role="alert">${this.unread}</p>`}
      ${refusal && !isEmpty ? html`<p class="refusal" role="alert"><strong>Cannot read it:</strong> ${refusal}</p>` : null}
    </fieldset>`;
  }

  #promptCount(): string {
    try {
      const prompts = promptsIn(this.form);
      const judged = prompts.filter(({ expected }) => expected !== undefined).length;
      const count = prompts.length === 1 ? '1 prompt' : `${prompts.length} prompts`;
      return judged === 0 ? count : `${count}, ${judged} with an expectation`;
    } catch {
      return '';
    }
  }

  #methods(): TemplateResult {
    const { team, target } = this.request;
    const title = (id: string): string => titleOf(id, this.choices);
    const hasValues = team.combination === 'weighted' || team.combination === 'contrastive';
    return html`<fieldset class="part">
      <h3>Methods to compare</h3>
      <div class="field" role="group" aria-labelledby="one-model">
        <span class="label" id="one-model">${title(target)} with drafts from</span>
        <div class="picks">
          ${(['model', 'ngram'] as const).map((kind) => this.#pick('drafters', kind, drafterTitles[kind]))}
        </div>
        ${this.#text('draftLengths', 'Draft lengths γ, each tried', '2, 4, adaptive')}
      </div>
      <div class="field" role="group" aria-labelledby="team">
        <span class="label" id="team"
          >${team.members.map(({ model }) => title(model)).join(' × ')},
          ${chosenOf(combinations, team.combination).title.toLowerCase()}</span
        >
        <div class="picks">
          ${teamSchedules.map((kind) => this.#pick('schedules', kind, chosenOf(schedules, kind).title))}
        </div>
        <div class="pairs">
          ${this.#text('teamDraftLengths', 'γ of who starts', '1, 2')}
          ${
            hasValues
              ? this.#text(
                  'combineValues',
                  team.combination === 'contrastive' ? 'μ' : 'λ of the first',
                  team.combination === 'contrastive' ? String(team.mu) : team.members[0].share.toFixed(2),
                )
              : null
          }
        </div>
        <p class="hint">Team, truncation and stop strings are those of the form above.</p>
      </div>
      <div class="field" role="group" aria-labelledby="pilot-acceptances">
        <span class="label" id="pilot-acceptances">Acceptance</span>
        <div class="picks">
          ${acceptances.map(({ kind, title: name }) => this.#pick('acceptances', kind, name))}
        </div>
      </div>
    </fieldset>`;
  }

  #pick<Field extends 'drafters' | 'schedules' | 'acceptances'>(
    field: Field,
    kind: PilotForm[Field][number],
    title: string,
  ): TemplateResult {
    const chosen: readonly string[] = this.form[field];
    return html`<label class="switch"
      ><input
        type="checkbox"
        .checked=${live(chosen.includes(kind))}
        @change=${(event: Event) => {
          const others = chosen.filter((each) => each !== kind);
          this.#set({ [field]: (event.target as HTMLInputElement).checked ? [...others, kind] : others });
        }}
      />${title}</label
    >`;
  }

  /** @param hint id of what describes the field, and whether it says that the field is refused */
  #text(
    field: TextField,
    label: string,
    placeholder: string,
    hint?: { readonly id: string; readonly isRefusal: boolean },
  ): TemplateResult {
    return html`<div class="field">
      <label for=${field}>${label}</label>
      <input
        id=${field}
        type="text"
        autocomplete="off"
        spellcheck="false"
        placeholder=${placeholder}
        aria-describedby=${hint?.id ?? nothing}
        aria-invalid=${hint ? String(hint.isRefusal) : nothing}
        .value=${live(this.form[field])}
        @input=${(event: Event) => this.#set({ [field]: (event.target as HTMLInputElement).value })}
      />
    </div>`;
  }

  #wishes(): TemplateResult {
    const costs = this.#costs();
    return html`<fieldset class="part">
      <h3>Runs and criteria</h3>
      <div class="pairs">
        ${this.#number('temperature', 'Temperature', '0.1')} ${this.#number('maxTokens', 'Max tokens', '1')}
        ${this.#number('repeats', 'Seeds per prompt', '1')} ${this.#number('seed', 'First seed', '1')}
      </div>
      ${this.#presets()}
      <div class="pairs">
        ${this.#number('minSpeedUp', 'Min. speed-up', '0.1')}
        ${this.#number('maxDeviation', 'Max. deviation', '0.001')}
        ${this.#number('minSameTextsPercent', 'Min. same texts, %', '1')}
        ${this.#number('maxPassRateLossPoints', 'Max. pass-rate loss, points', '1')}
      </div>
      <p class="hint">
        Deviation is the mean total variation per position. It is measured for lossy acceptance, computed from differing
        texts at temperature 0 and under coupled, and otherwise 0 by construction; so is a pass-rate loss.
      </p>
      ${this.#text('costPerForward', 'Cost of a forward pass, by model', 'story-base=4, story-draft=1', {
        id: 'costs-hint',
        isRefusal: costs.kind === 'refused',
      })}
      ${
        costs.kind === 'refused'
          ? html`<p class="refusal" id="costs-hint" role="alert">${costs.reason}</p>`
          : html`<p class="hint" id="costs-hint">In any unit, for the cost per token. Left empty, passes cost their measured time.</p>`
      }
    </fieldset>`;
  }

  #presets(): TemplateResult {
    const chosen = presetOf(criteriaIn(this.form));
    return html`<div class="field">
      <label for="criteria">Criteria</label>
      <select
        id="criteria"
        @change=${(event: Event) => {
          const name = (event.target as HTMLSelectElement).value as CriteriaPreset;
          this.#set(criteriaFields(criteriaPresets[name]));
        }}
      >
        ${Object.entries(presetTitles).map(
          ([name, title]) => html`<option value=${name} .selected=${live(name === chosen)}>${title}</option>`,
        )}
        <option value="own" disabled .selected=${live(chosen === null)}>Own numbers</option>
      </select>
    </div>`;
  }

  #number(field: NumberField, label: string, step: string): TemplateResult {
    return numberField({
      id: field,
      label,
      step,
      value: this.form[field],
      onInput: (value) => this.#set({ [field]: value }),
    });
  }

  #go(): TemplateResult {
    const { state } = this.#runner;
    const isRunning = state.kind === 'running';
    const why = isRunning ? null : this.#whyNotNow();
    return html`<div class="go">
      <button class=${isRunning ? '' : 'primary'} type="submit" ?disabled=${!isRunning && !this.#canStart(why)}>
        ${isRunning ? (state.stopping ? 'Stopping …' : 'Stop the pilot') : 'Start the pilot'}
      </button>
      <div>${isRunning ? progressView(state.progress, state.plan) : this.#planView(why)}</div>
    </div>`;
  }

  #canStart(why: string | null): boolean {
    return why === null && this.#plan?.kind === 'planned' && this.#costs().kind === 'read';
  }

  #planView(why: string | null): TemplateResult | null {
    const plan = this.#plan;
    if (!plan) return null;
    if (plan.kind === 'refused') {
      if (plan.isAboutPrompts) {
        const isEmpty = this.form.promptsText.trim() === '';
        return html`<p class="hint">${isEmpty ? 'Add prompts first.' : 'Fix the prompts first.'}</p>`;
      }
      return html`<p class="refusal" role="alert"><strong>Cannot run:</strong> ${plan.reason}</p>`;
    }
    const { planned, runs, ms } = plan;
    const { prompts, groups, repeats } = planned.plan;
    const methods = groups.reduce((sum, group) => sum + group.methods.length, 0);
    const seeds = repeats > 1 ? ` × ${repeats} seeds` : '';
    return html`<p class="sum">
        ${prompts.length} ${prompts.length === 1 ? 'prompt' : 'prompts'}${seeds} × ${methods} methods with references =
        <b>${runs} runs</b>${ms === null ? null : html`, <b class="whole">about ${durationText(ms)}</b>`}
      </p>
      ${planned.leftOut.map(({ title, reason }) => html`<p class="hint">Left out: ${title}: ${reason}.</p>`)}
      ${why === null ? null : html`<p class="hint">${why}</p>`}`;
  }

  #outcome(): TemplateResult | null {
    const { state } = this.#runner;
    switch (state.kind) {
      case 'none':
      case 'running':
        return null;
      case 'failed':
        return html`<div class="below">
          ${failureView('The pilot was interrupted', state.failure, (remedy) =>
            this.dispatchEvent(new CustomEvent<Remedy>('remedy', { detail: remedy })),
          )}
          <p class="hint">Finished runs are stored. Start the same pilot again to run the rest.</p>
        </div>`;
      case 'told': {
        const { report } = state;
        const isWhole = report.runs.length === report.planned;
        return html`<div class="below">
          ${
            isWhole
              ? null
              : html`<div class="kept">
                  <p><b>${report.runs.length} of ${report.planned} runs</b> are finished and stored.</p>
                  <button type="button" ?disabled=${this.#whyNotNow() !== null} @click=${() => this.#start(state.plan)}>
                    Resume this pilot
                  </button>
                  <button type="button" @click=${() => this.#runner.discard()}>Discard it</button>
                </div>`
          }
          ${report.runs.length > 0 ? html`<antiphon-pilot-result .report=${report}></antiphon-pilot-result>` : null}
        </div>`;
      }
    }
  }

  #announcement(): string {
    const { state } = this.#runner;
    if (state.kind === 'running') return 'The pilot is running.';
    if (state.kind === 'failed') return 'The pilot was interrupted.';
    if (state.kind !== 'told') return '';
    const { report } = state;
    return report.runs.length < report.planned
      ? `The pilot is not finished: ${report.runs.length} of ${report.planned} runs.`
      : `The pilot is finished. ${headline(report)}.`;
  }

  #planned(): PlanState {
    try {
      requireOwnModule(this.form, this.request, location.href);
      const planned = planPilot(toPilotSettings(this.form, this.request), (id) => titleOf(id, this.choices));
      refuseUnreadableChats(planned.plan, this.#models());
      const costs = new Map(this.#models().map((model) => [model.id, model.costs]));
      const ms = estimatePlan(planned.plan, costs);
      return { kind: 'planned', planned, runs: countCases(planned.plan), ms };
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      const isAboutPrompts = error.details.field === 'prompts';
      return { kind: 'refused', isAboutPrompts, reason: error.message.replace(/^prompts(?:, |: )/, '') };
    }
  }

  #costs(): Costs {
    try {
      const costs = readCosts(this.form.costPerForward);
      if (this.#plan?.kind === 'planned') requireCostsOf(this.#plan.planned.plan, costs);
      return { kind: 'read', costs };
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      return { kind: 'refused', reason: error.message };
    }
  }

  /** Stated costs are for the form's models: a plan with others has measured ones. */
  #costsOf(plan: Planned['plan']): CostPerForward {
    try {
      const costs = readCosts(this.form.costPerForward);
      requireCostsOf(plan, costs);
      return costs;
    } catch (error) {
      if (error instanceof EngineError) return null;
      throw error;
    }
  }

  #models(): readonly LoadedModel[] {
    if (this.engine.kind !== 'open') return [];
    return this.engine.models.flatMap((state) => (state.kind === 'ready' ? [state.model] : []));
  }

  /** What has to end before a pilot can begin: whatever else runs would be measured too. */
  #whyNotNow(): string | null {
    if (this.engine.kind !== 'open' || !this.decode) return 'The engine is not running yet.';
    if (this.busy) return 'Wait until the story is finished.';
    const isLoading = this.engine.models.some(({ kind }) => kind === 'waiting' || kind === 'loading');
    return isLoading ? 'Wait until the models have loaded.' : null;
  }

  #start(plan: Planned['plan']): void {
    const { engine, decode } = this;
    if (engine.kind !== 'open' || !decode) return;
    void this.#runner.start({
      plan,
      criteria: criteriaIn(this.form),
      costPerForward: this.#costsOf(plan),
      engine: { decode },
      models: this.#models(),
      threads: engine.info?.threads ?? 1,
    });
  }

  #submit = (event: SubmitEvent): void => {
    event.preventDefault();
    if (this.#runner.state.kind === 'running') this.#runner.stop();
    else if (this.#plan?.kind === 'planned' && this.#canStart(this.#whyNotNow()))
      this.#start(this.#plan.planned.plan);
  };

  #set(change: Partial<PilotForm>): void {
    const before = this.form;
    this.form = { ...before, ...change };
    this.#storage.keepForm(this.form).catch(() => {});
    const { state } = this.#runner;
    if (state.kind !== 'told' || !makeSamePlan(before, this.form)) return;
    this.#runner.judge(criteriaIn(this.form), this.#costsOf(state.plan));
  }

  #choose = (event: Event): void => {
    const { nextElementSibling } = event.currentTarget as HTMLElement;
    (nextElementSibling as HTMLInputElement).click();
  };

  #onChosen = async ({ currentTarget }: Event): Promise<void> => {
    const input = currentTarget as HTMLInputElement;
    const file = input.files?.[0];
    // The same file may be chosen again.
    input.value = '';
    if (file) await this.#takePrompts(() => file.text());
  };

  #useSamples = (): Promise<void> =>
    this.#takePrompts(async () => {
      const response = await fetch(new URL('story-prompts.jsonl', document.baseURI));
      if (!response.ok) throw new Error(`story-prompts.jsonl: status ${response.status}`);
      return response.text();
    });

  async #takePrompts(read: () => Promise<string>): Promise<void> {
    try {
      this.#set({ promptsText: await read() });
      this.unread = null;
    } catch (error) {
      this.unread = `The prompts could not be read: ${error instanceof Error ? error.message : error}. Try again.`;
    }
  }

  /** Dropped elsewhere, a file is taken for a recording. */
  #onDragOver = (event: DragEvent): void => {
    if (!event.dataTransfer?.types.includes('Files')) return;
    event.preventDefault();
    event.stopPropagation();
    this.dropping = true;
  };

  #onDragLeave = (): void => {
    this.dropping = false;
  };

  #onDrop = async (event: DragEvent): Promise<void> => {
    this.dropping = false;
    const file = event.dataTransfer?.files[0];
    if (!file) return;
    event.preventDefault();
    event.stopPropagation();
    await this.#takePrompts(() => file.text());
  };
}

function progressView(progress: PilotProgress | null, plan: Planned['plan']): TemplateResult {
  if (!progress) return html`<p class="sum">Looking for stored runs …</p>`;
  const { runs, total, current, remainingMs, unkept } = progress;
  const left =
    remainingMs === null || runs.length === total ? '' : `, about ${durationText(remainingMs)} left`;
  return html`<progress max=${total} .value=${runs.length} aria-label="Runs of the pilot"></progress>
    <p class="sum"><b>${runs.length} of ${total} runs</b>${left}</p>
    <p class="hint">
      ${
        current
          ? `Prompt ${current.prompt + 1}: ${nameOf({ plan }, current).title}, ${nameOf({ plan }, current).group}`
          : 'The methods warm up …'
      }
    </p>
    ${unkept === null ? null : html`<p class="hint">Runs cannot be stored: ${unkept}</p>`}`;
}

customElements.define('antiphon-pilot', PilotPanel);

declare global {
  interface HTMLElementTagNameMap {
    'antiphon-pilot': PilotPanel;
  }
}
