import { distributionOf } from '../sample/distribution.ts';
import type { Combine } from './combine.ts';

/** r of a decode with one target: that member's own distribution. */
export const singleCombine: Combine = {
  kind: 'single',
  distribution([row], _sampling, out) {
    distributionOf(row.logits, row.sampling, out);
  },
};
