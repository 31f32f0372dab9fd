import type { LitElement, ReactiveController } from 'lit';
import type { ProposalPlace } from '../../engine/candidates-query.ts';
import type { Story, StoryToken } from './story.ts';
import { placeAttribute, placeText } from './story-tokens.ts';
import { stepOf, walk } from './story-walk.ts';

export interface TokenFocusHost extends LitElement {
  readonly story: Story;
  readonly hidesDropped: boolean;
}

/**
 * Which token of a story has its card open, by pointer or by keyboard. The story is one stop of the Tab key: the
 * token last looked at, the first one to begin with; arrows walk from there.
 *
 * Tokens are found by delegation and marked on their elements, so that neither costs a render of the text.
 */
export class TokenFocus implements ReactiveController {
  /** The token whose card is open. */
  place: ProposalPlace | null = null;
  /** The card stays until it is closed. */
  isPinned = false;
  /** The card was opened by the keyboard: its numbers are told too. */
  isToldAloud = false;
  readonly #host: TokenFocusHost;
  #stop: HTMLElement | null = null;

  constructor(host: TokenFocusHost) {
    this.#host = host;
    host.addController(this);
  }

  /** The open token; null also where it is no longer in the story. */
  get token(): StoryToken | null {
    return this.place && this.#tokenAt(this.place);
  }

  /** Its element, to place the card by. */
  get element(): HTMLElement | null {
    return this.place && this.#elementOf(this.place);
  }

  hostUpdated(): void {
    if (this.place && !this.token) this.close();
    const { story, hidesDropped } = this.#host;
    // Asked of the tokens: whether an element is to be seen would have the page laid out at every round.
    const isFoldedAway = hidesDropped && this.#stop?.matches('del');
    if (this.#stop?.isConnected && !isFoldedAway) return;
    const any = story.tokensByRound.flat()[0];
    const first = any && walk(story, any, 'first', hidesDropped);
    this.#setStop(first ? this.#elementOf(first) : null);
  }

  close(): void {
    if (!this.place) return;
    this.place = null;
    this.isPinned = false;
    this.#host.requestUpdate();
  }

  onPointerOver = ({ target }: PointerEvent): void => {
    const place = placeOf(target);
    if (place && !this.isPinned) this.#show(place, { isToldAloud: false });
  };

  onPointerLeave = (): void => {
    if (!this.isPinned && !this.isToldAloud) this.close();
  };

  onFocusIn = ({ target }: FocusEvent): void => {
    const element = target as HTMLElement;
    const place = placeOf(element);
    if (!place) return;
    this.#setStop(element);
    if (element.matches(':focus-visible')) this.#show(place, { isToldAloud: true });
  };

  onFocusOut = ({ relatedTarget, currentTarget }: FocusEvent): void => {
    const isInside = relatedTarget instanceof Node && (currentTarget as HTMLElement).contains(relatedTarget);
    if (!isInside && this.isToldAloud && !this.isPinned) this.close();
  };

  onClick = ({ target }: MouseEvent): void => {
    const place = placeOf(target);
    if (place) this.#pin(place);
    // A click beside the tokens; the card's own clicks do not come here.
    else this.close();
  };

  onKeyDown = (event: KeyboardEvent): void => {
    const { key, target } = event;
    if (key === 'Escape' && this.place) {
      const { element } = this;
      this.close();
      element?.focus();
      event.stopPropagation();
      return;
    }
    const place = placeOf(target);
    if (!place) return;
    if (key === 'Enter' || key === ' ') {
      this.#pin(place);
      event.preventDefault();
      return;
    }
    const step = stepOf(event);
    const from = this.#tokenAt(place);
    if (!step || !from) return;
    // The page must not scroll instead, at the story's end either.
    event.preventDefault();
    const to = walk(this.#host.story, from, step, this.#host.hidesDropped);
    const element = to && this.#elementOf(to);
    if (!element) return;
    this.isPinned = false;
    this.#setStop(element);
    element.focus();
  };

  #show(place: ProposalPlace, { isToldAloud }: { readonly isToldAloud: boolean }): void {
    this.place = place;
    this.isToldAloud = isToldAloud;
    this.#host.requestUpdate();
  }

  #pin(place: ProposalPlace): void {
    const isOpen = this.isPinned && this.place && placeText(this.place) === placeText(place);
    if (isOpen) {
      this.close();
      return;
    }
    this.isPinned = true;
    this.#show(place, { isToldAloud: this.isToldAloud });
  }

  /** A dropped token is no part of the text that is read out, except while it has the focus. */
  #setStop(element: HTMLElement | null): void {
    if (element === this.#stop) return;
    const former = this.#stop;
    if (former) {
      former.tabIndex = -1;
      if (former.matches('del')) former.ariaHidden = 'true';
    }
    if (element) {
      element.tabIndex = 0;
      element.ariaHidden = null;
    }
    this.#stop = element;
  }

  #tokenAt({ round, proposal }: ProposalPlace): StoryToken | null {
    return this.#host.story.tokensByRound[round]?.find((token) => token.proposal === proposal) ?? null;
  }

  #elementOf(place: ProposalPlace): HTMLElement | null {
    return this.#host.renderRoot.querySelector(`[${placeAttribute}="${placeText(place)}"]`);
  }
}

function placeOf(target: EventTarget | null): ProposalPlace | null {
  if (!(target instanceof Element)) return null;
  const text = target.closest(`[${placeAttribute}]`)?.getAttribute(placeAttribute);
  if (!text) return null;
  const [round, proposal] = text.split('.').map(Number);
  return { round, proposal };
}
