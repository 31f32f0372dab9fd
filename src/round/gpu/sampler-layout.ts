import philox from '../../random/philox.wgsl?raw';
import declarations from './declarations.wgsl?raw';

/** What every kernel is compiled with, in front of its own text. */
export const sharedSource = `${philox}\n${declarations}`;

/** A number that declarations.wgsl defines: `const name = 12u;` */
function constant(name: string): number {
  const found = new RegExp(`^const ${name} = (\\d+)u;$`, 'm').exec(declarations);
  if (!found) throw new Error(`declarations.wgsl has no constant ${name}`);
  return Number(found[1]);
}

/** Sizes and codes that host and kernels must agree on; see declarations.wgsl for what they mean. */
export const layout = {
  tileTokens: constant('tileTokens'),
  maxTiles: constant('maxTiles'),
  maxPending: constant('workgroupSize'),
  planHeaderWords: constant('planHeaderWords'),
  jobWords: constant('jobWords'),
  drawWords: constant('drawWords'),
  adjustmentWords: constant('adjustmentWords'),
  listWords: constant('listWords'),
  maxListed: constant('maxListed'),
  selectionWords: constant('selectionWords'),
  raceWords: constant('raceWords'),
  slotWords: 4,
  recordHeaderWords: constant('recordHeaderWords'),
  judgedWords: constant('judgedWords'),
} as const;

/** In place of a slot, a token or a text index: there is none. */
export const none = 0xffffffff;

/** What a draw is made from. */
export const drawLaw = {
  weights: constant('fromWeights'),
  largestLogit: constant('largestLogit'),
  largestWeight: constant('largestWeight'),
  verdict: constant('fromVerdict'),
  nothing: none,
} as const;

/** How proposals are judged. */
export const criterionCode = {
  ratio: constant('byRatio'),
  coupled: constant('byCoupling'),
  typical: constant('byTypicality'),
} as const;
