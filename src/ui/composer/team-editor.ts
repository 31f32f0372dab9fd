import { css, html, LitElement, type PropertyDeclarations, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import { repeat } from 'lit/directives/repeat.js';
import { chosenOf, combinations, schedules } from '../form/choices.ts';
import { memberLetters } from '../story/cast.ts';
import { choiceSelect } from './choice-select.ts';
import './combination-editor.ts';
import { fieldStyle } from '../kit/field-style.ts';
import './member-editor.ts';
import {
  addMember,
  changeMember,
  type MemberForm,
  maxMembers,
  minMembers,
  removeMember,
  type TeamForm,
} from '../form/team-form.ts';
import { theme } from '../kit/theme.ts';
import { type ModelChoice, titleOf } from '../models/model-choice.ts';

/**
 * Who writes together and how: members, combination, schedule, default proposer. What is slotted stands behind them.
 * @slot - more about how members take turns
 * @fires {CustomEvent<TeamForm>} team-change
 */
export class TeamEditor extends LitElement {
  static override properties: PropertyDeclarations = {
    team: { attribute: false },
    choices: { attribute: false },
    acceptanceTitle: { attribute: false },
    whyNot: { attribute: false },
    isChat: { attribute: false },
  };
  declare team: TeamForm;
  declare choices: readonly ModelChoice[];
  /** Named where the slot is folded away. */
  declare acceptanceTitle: string;
  /** Why the engine would refuse the request with this team instead; null where it would not. */
  declare whyNot: (team: TeamForm) => string | null;
  /** Members then have messages of their own instead of prompts. */
  declare isChat: boolean;

  static override styles = [
    theme,
    fieldStyle,
    css`
      :host {
        display: grid;
        gap: 1.2rem;
      }
      .members {
        margin: 0;
        padding: 0;
        border: 1px solid var(--edge);
        border-radius: var(--radius);
        background: var(--sheet);
        list-style: none;
      }
      .members li {
        padding: 0.45rem 0.4rem 0.15rem 0.8rem;
      }
      .members li + li {
        border-top: 1px solid var(--rule);
      }
      .label {
        align-items: baseline;
      }
      .add {
        min-height: 1.9rem;
        padding: 0.1rem 0.65rem;
        border-color: var(--rule);
        border-radius: 1rem;
        color: var(--ink-soft);
        font-size: 0.8125rem;
        font-weight: 400;
      }
      @media (pointer: coarse) {
        .add {
          min-height: 2.5rem;
        }
      }
      .combination {
        display: grid;
        gap: 0.7rem;
      }
      summary .hint {
        margin-inline-start: 0.5rem;
      }
      .turns {
        display: grid;
        gap: 1.2rem;
        padding-top: 0.6rem;
      }
    `,
  ];

  constructor() {
    super();
    this.team = { members: [] } as unknown as TeamForm;
    this.choices = [];
    this.acceptanceTitle = '';
    this.whyNot = () => null;
    this.isChat = false;
  }

  override render(): TemplateResult {
    const { team } = this;
    return html`${this.#members()}
      <div class="combination">
        ${choiceSelect({
          id: 'combination',
          label: 'Combination',
          entries: combinations,
          chosen: team.combination,
          // A module's address is named after the module is chosen.
          whyNot: (combination) => (combination === 'custom' ? null : this.whyNot({ ...team, combination })),
          choose: (combination) => this.#change({ ...team, combination }),
          explains: false,
        })}
        <antiphon-combination
          .team=${team}
          .choices=${this.choices}
          @team-change=${(event: CustomEvent<TeamForm>) => this.#change(event.detail)}
        ></antiphon-combination>
      </div>
      <details>
        <summary>
          Turns and acceptance
          <span class="hint">${chosenOf(schedules, team.schedule).title}, ${this.acceptanceTitle.toLowerCase()}</span>
        </summary>
        <div class="turns">
          ${choiceSelect({
            id: 'schedule',
            label: 'Schedule',
            entries: schedules,
            chosen: team.schedule,
            whyNot: (schedule) => this.whyNot({ ...team, schedule }),
            choose: (schedule) => this.#change({ ...team, schedule }),
          })}
          ${this.#starter()}
          <slot></slot>
        </div>
      </details>`;
  }

  #members(): TemplateResult {
    const { team } = this;
    return html`<div class="field">
      <div class="label">
        <span id="members">Members</span>
        ${
          team.members.length < maxMembers
            ? html`<button type="button" class="add" @click=${this.#add}>Add a member</button>`
            : null
        }
      </div>
      <ul class="members" aria-labelledby="members">
        ${repeat(
          team.members,
          ({ key }) => key,
          (member, index) => html`<li>
            <antiphon-member
              .member=${member}
              .index=${index}
              .standing=${this.#standingOf(index)}
              .choices=${this.choices}
              .isChat=${this.isChat}
              .removable=${team.members.length > minMembers}
              @member-change=${(event: CustomEvent<Partial<MemberForm>>) =>
                this.#change(changeMember(team, member.key, event.detail))}
              @member-remove=${() => this.#change(removeMember(team, member.key))}
            ></antiphon-member>
          </li>`,
        )}
      </ul>
    </div>`;
  }

  #starter(): TemplateResult {
    const { team } = this;
    return html`<div class="field">
      <label for="starter">Who starts</label>
      <select
        id="starter"
        aria-describedby="starter-hint"
        @change=${(event: Event) => {
          const { value } = event.target as HTMLSelectElement;
          this.#change({ ...team, starter: value === '' ? null : Number(value) });
        }}
      >
        <option value="" .selected=${live(team.starter === null)}>Automatic</option>
        ${team.members.map(
          ({ key, model }, index) =>
            html`<option value=${key} .selected=${live(team.starter === key)}>
              ${memberLetters[index]} · ${titleOf(model, this.choices)}
            </option>`,
        )}
      </select>
      <p class="hint" id="starter-hint">
        ${
          team.starter === null
            ? 'The member with the largest weight if all cost the same, otherwise the cheapest.'
            : 'Proposes whenever nothing is pending.'
        }
      </p>
    </div>`;
  }

  #standingOf(index: number): string | null {
    if (this.team.combination !== 'contrastive') return null;
    return ['expert', 'amateur'][index] ?? 'one too many';
  }

  /** The next model of the list that is not in the team, or the first member's once more, as beside a model of elsewhere. */
  #add = (): void => {
    const { members } = this.team;
    const isListed = (model: string): boolean => this.choices.some(({ id }) => id === model);
    const unused = this.choices.find(({ id }) => !members.some(({ model }) => model === id));
    const next = members.every(({ model }) => isListed(model)) ? unused : undefined;
    this.#change(addMember(this.team, next?.id ?? members[0].model));
  };

  #change(team: TeamForm): void {
    this.dispatchEvent(new CustomEvent<TeamForm>('team-change', { detail: team }));
  }
}

customElements.define('antiphon-team', TeamEditor);

declare global {
  interface HTMLElementTagNameMap {
    'antiphon-team': TeamEditor;
  }
}
