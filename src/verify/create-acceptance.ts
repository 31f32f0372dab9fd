import type { Acceptance } from './acceptance.ts';
import { coupledAcceptance } from './coupled-acceptance.ts';
import { exactAcceptance, lenientAcceptance } from './ratio-acceptance.ts';
import { typicalAcceptance } from './typical-acceptance.ts';

/** An acceptance criterion as a request names it. */
export type AcceptanceChoice =
  | { readonly kind: 'exact' }
  | { readonly kind: 'coupled' }
  /** `leniency` >= 1; 1 is exact. */
  | { readonly kind: 'lenient'; readonly leniency: number }
  | { readonly kind: 'typical'; readonly epsilon: number; readonly delta: number };

export function createAcceptance(choice: AcceptanceChoice): Acceptance {
  switch (choice.kind) {
    case 'exact':
      return exactAcceptance;
    case 'coupled':
      return coupledAcceptance;
    case 'lenient':
      return lenientAcceptance(choice.leniency);
    case 'typical':
      return typicalAcceptance(choice.epsilon, choice.delta);
  }
}
