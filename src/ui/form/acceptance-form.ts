import type { CollaborativeMethod } from '../../engine/request-types.ts';

type AcceptanceRequest = NonNullable<CollaborativeMethod['acceptance']>;

export type AcceptanceKind = AcceptanceRequest['kind'];

/** The acceptance criterion as the form holds it, with the numbers of those that are not chosen. */
export interface AcceptanceForm {
  readonly kind: AcceptanceKind;
  /** ℓ of lenient. */
  readonly leniency: number;
  /** ε and δ of typical. */
  readonly epsilon: number;
  readonly delta: number;
}

export const exactAcceptance: AcceptanceForm = { kind: 'exact', leniency: 1.5, epsilon: 0.3, delta: 0.09 };

export function toAcceptance({ kind, leniency, epsilon, delta }: AcceptanceForm): AcceptanceRequest {
  if (kind === 'lenient') return { kind, leniency };
  if (kind === 'typical') return { kind, epsilon, delta };
  return { kind };
}
