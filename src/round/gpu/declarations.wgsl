// What all kernels of the sampler share: one bind group, and the few functions that more than one of them needs.
// Every kernel is compiled with random/philox.wgsl and this file in front of it. sampler-layout.ts reads the
// constants below, so each number exists once; its writers follow the order of the fields here.

// Threads of a workgroup, and bins of a histogram.
const workgroupSize = 256u;
// Tokens that one workgroup walks: a row of vocabSize tokens takes ceil(vocabSize / tileTokens) workgroups.
const tileTokens = 4096u;
// A race's last step has one thread a tile.
const maxTiles = 256u;
const none = 0xffffffffu;

// How one logits row becomes weights. Stride jobWords.
struct Job {
  // Slots of the logits and of the weights.
  logits: u32,
  weights: u32,
  inverseTemperature: f32,
  // Distance below the largest logit from which on a weight is 0.
  farthest: f32,
  // 0: keep all.
  topK: u32,
  // In units of 2^-32; 0: keep all.
  topPShare: u32,
  minP: f32,
  isTruncated: u32,
}
const jobWords = 8u;

// What a draw is made from.
const fromWeights = 0u;
const largestLogit = 1u;
const largestWeight = 2u;
// What judge.wgsl left to be drawn: recovered token, token of the extra position, or nothing.
const fromVerdict = 3u;

struct Draw {
  law: u32,
  slot: u32,
  position: u32,
  purpose: u32,
  // Where in the text the token goes; none: nowhere.
  textIndex: u32,
}
const drawWords = 5u;

// What is done to rows of one member's logits. At plan.adjustmentAt, followed by a slot and the length of the text
// before it for each row, then by a token and its bias for each biased token.
struct Adjustment {
  frequencyPenalty: f32,
  presencePenalty: f32,
  rowsAt: u32,
  biasAt: u32,
  biasCount: u32,
}
const adjustmentWords = 4u;

// A list of the likeliest tokens of a law: the slot of the law's weights, and words of `rows` for ids and probabilities.
// The row that begins at idsAt is scratch space too. Stride listWords.
struct List {
  law: u32,
  idsAt: u32,
  probabilitiesAt: u32,
}
const listWords = 3u;
const maxListed = 20u;

const byRatio = 0u;
const byCoupling = 1u;
const byTypicality = 2u;

// Written by plan-section.ts for one stretch of dispatches. The lists lie in `words`, from the word named on.
struct Plan {
  vocabSize: u32,
  tileCount: u32,
  keyLow: u32,
  keyHigh: u32,
  // Of the first pending token: in the first member's sequence, and in the text buffer.
  position: u32,
  textIndex: u32,
  heads: u32,
  pendings: u32,
  criterion: u32,
  isGreedy: u32,
  drawsExtra: u32,
  leniency: f32,
  epsilon: f32,
  delta: f32,
  // Of a combination: members, their weights, and the log of the plausibility (isMasked).
  terms: u32,
  weightsAt: u32,
  logPlausibility: f32,
  isMasked: u32,
  jobCount: u32,
  drawsAt: u32,
  // A mix: the slot that receives the combination, then one slot a member (none: left out).
  mixesAt: u32,
  mixCount: u32,
  // Slot of what each pending token was drawn from (none: looked up); slot of r at each head (none: it was drawn, not
  // proposed), and of the extra law; tokens that end a text.
  proposalsAt: u32,
  targetsAt: u32,
  endsAt: u32,
  endCount: u32,
  adjustmentAt: u32,
  listsAt: u32,
  // Tokens of every list.
  listLength: u32,
  words: array<u32>,
}
const planHeaderWords = 29u;

// Facts of a row slot. Masses are 64-bit fixed point in units of 2^-40: sums do not depend on their order.
struct Slot {
  // sortKey of the largest logit.
  peak: atomic<u32>,
  // 0, or ~(2 * token + isInfinite) of the first logit that is NaN or +infinity.
  fault: atomic<u32>,
  massLow: atomic<u32>,
  massHigh: atomic<u32>,
}

// Radix selection over sort keys, 8 bits a stage: stages 0-3 find the k-th largest key, 4-7 the key at which the
// descending sum of weights reaches top-p, 8 is the end.
struct Selection {
  low: array<atomic<u32>, 256>,
  high: array<atomic<u32>, 256>,
  stage: u32,
  prefix: u32,
  // Sum over the keys above the chosen bin, of the chosen bin, and the sum looked for.
  above: Sum,
  inBin: Sum,
  wanted: Sum,
  topKKey: u32,
  topPKey: u32,
  // Last token kept among those with topPKey.
  lastTie: u32,
  unused: u32,
}
const selectionWords = 524u;

struct Sum {
  low: u32,
  high: u32,
}

// A runner of a race: smaller scores win, lower tokens on ties. The fallback runs for r where the residual is empty.
struct Runner {
  score: u32,
  token: u32,
  fallbackScore: u32,
  fallbackToken: u32,
}
struct Race {
  tiles: array<Runner, 256>,
  winner: u32,
}
const raceWords = 1025u;

// One pending token in the record; from `r` on for heads only.
struct Judged {
  token: u32,
  // Its probability in what it was drawn from.
  q: f32,
  proposalFault: u32,
  r: f32,
  // Random word of the ratio rule; bits of the typical rule's threshold.
  coin: u32,
  isAccepted: u32,
  deviation: f32,
  targetFault: u32,
}
const judgedWords = 8u;

// What is read back.
struct Record {
  // First rejected head; heads where all were accepted.
  rejectedAt: u32,
  // Recovered or drawn; none where there is neither.
  token: u32,
  r: f32,
  extraFault: u32,
  // Index of the first end token among the tokens that the verdict commits; none where there is none.
  endedAt: u32,
  judged: array<Judged>,
}
const recordHeaderWords = 5u;

@group(0) @binding(0) var<storage, read> plan: Plan;
// [slots, vocabSize]: logits and weights as bits, so that NaN and infinity are seen as such by any compiler.
@group(0) @binding(1) var<storage, read_write> rows: array<u32>;
@group(0) @binding(2) var<storage, read_write> slots: array<Slot>;
@group(0) @binding(3) var<storage, read_write> selections: array<Selection>;
@group(0) @binding(4) var<storage, read_write> races: array<Race>;
// int64 pairs: token, 0.
@group(0) @binding(5) var<storage, read_write> text: array<vec2<u32>>;
@group(0) @binding(6) var<storage, read_write> record: Record;

fn floatAt(word: u32) -> f32 {
  return bitcast<f32>(plan.words[word]);
}

fn jobAt(index: u32) -> Job {
  let at = index * jobWords;
  return Job(plan.words[at], plan.words[at + 1u], floatAt(at + 2u), floatAt(at + 3u), plan.words[at + 4u],
    plan.words[at + 5u], floatAt(at + 6u), plan.words[at + 7u]);
}

fn drawAt(index: u32) -> Draw {
  let at = plan.drawsAt + index * drawWords;
  return Draw(plan.words[at], plan.words[at + 1u], plan.words[at + 2u], plan.words[at + 3u], plan.words[at + 4u]);
}

fn adjustmentAt() -> Adjustment {
  let at = plan.adjustmentAt;
  return Adjustment(floatAt(at), floatAt(at + 1u), at + adjustmentWords, plan.words[at + 2u], plan.words[at + 3u]);
}

fn listAt(index: u32) -> List {
  let at = plan.listsAt + index * listWords;
  return List(plan.words[at], plan.words[at + 1u], plan.words[at + 2u]);
}

fn mixAt(index: u32) -> u32 {
  return plan.mixesAt + index * (plan.terms + 1u);
}

fn isNan(bits: u32) -> bool {
  return (bits & 0x7fffffffu) > 0x7f800000u;
}

const infinityBits = 0x7f800000u;
const minusInfinityBits = 0xff800000u;

fn isFinite(bits: u32) -> bool {
  return (bits & infinityBits) != infinityBits;
}

// Bits of a float -> a number with the same order; both zeros alike.
fn sortKey(bits: u32) -> u32 {
  let known = select(bits, 0u, bits == 0x80000000u);
  return select(known | 0x80000000u, ~known, known >= 0x80000000u);
}

fn bitsOfKey(key: u32) -> u32 {
  return select(~key, key & 0x7fffffffu, key >= 0x80000000u);
}

fn faultAt(bits: u32, token: u32) -> u32 {
  return select(0u, ~(2u * token + select(1u, 0u, isNan(bits))), isNan(bits) || bits == infinityBits);
}

// Fault of a slot; 1 where its row holds nothing but -infinity.
fn faultOf(slot: u32) -> u32 {
  let fault = atomicLoad(&slots[slot].fault);
  let isEmpty = atomicLoad(&slots[slot].peak) <= sortKey(minusInfinityBits);
  return select(fault, 1u, fault == 0u && isEmpty);
}

// exp((logit - largest) / T) of a finite logit or -infinity.
fn weightOf(bits: u32, peakKey: u32, job: Job) -> f32 {
  if (!isFinite(bits)) {
    return 0.0;
  }
  if (sortKey(bits) == peakKey) {
    return 1.0;
  }
  let below = bitcast<f32>(bitsOfKey(peakKey)) - bitcast<f32>(bits);
  if (below > job.farthest) {
    return 0.0;
  }
  return min(1.0, exp(-below * job.inverseTemperature));
}

fn weightAt(slot: u32, token: u32) -> f32 {
  return bitcast<f32>(rows[slot * plan.vocabSize + token]);
}

fn massOf(slot: u32) -> f32 {
  return f32(atomicLoad(&slots[slot].massHigh)) * 0x1p-8 + f32(atomicLoad(&slots[slot].massLow)) * 0x1p-40;
}

// In units of 2^-40; value < 2^24.
fn fixedPoint(value: f32) -> Sum {
  let scaled = value * 256.0;
  let high = floor(scaled);
  return Sum(u32((scaled - high) * 0x1p32), u32(high));
}

fn added(a: Sum, b: Sum) -> Sum {
  let low = a.low + b.low;
  return Sum(low, a.high + b.high + select(0u, 1u, low < a.low));
}

fn isAtLeast(a: Sum, b: Sum) -> bool {
  return a.high > b.high || (a.high == b.high && a.low >= b.low);
}

fn addMass(slot: u32, mass: f32) {
  let sum = fixedPoint(mass);
  let before = atomicAdd(&slots[slot].massLow, sum.low);
  atomicAdd(&slots[slot].massHigh, sum.high + select(0u, 1u, before + sum.low < before));
}

// A token and its weight as bits; positive floats are ordered as their bits are.
struct Ranked {
  bits: u32,
  token: u32,
}

fn beforeAll() -> Ranked {
  return Ranked(none, none);
}

fn isBefore(a: Ranked, b: Ranked) -> bool {
  return a.bits > b.bits || (a.bits == b.bits && a.token < b.token);
}

// The better of two candidates for the place behind `last`; a token without weight has no place.
fn nextRanked(best: Ranked, other: Ranked, last: Ranked) -> Ranked {
  if (other.bits > 0u && isBefore(last, other) && isBefore(other, best)) {
    return other;
  }
  return best;
}

var<workgroup> rankedOfThreads: array<Ranked, workgroupSize>;

// The first of all threads' candidates, the same in every thread. All threads must call it. Behind the last token there
// is none, and it stays so.
fn firstRanked(thread: u32, own: Ranked) -> Ranked {
  workgroupBarrier();
  rankedOfThreads[thread] = own;
  for (var step = workgroupSize / 2u; step > 0u; step /= 2u) {
    workgroupBarrier();
    if (thread < step && isBefore(rankedOfThreads[thread + step], rankedOfThreads[thread])) {
      rankedOfThreads[thread] = rankedOfThreads[thread + step];
    }
  }
  workgroupBarrier();
  return rankedOfThreads[0];
}

var<workgroup> partialSums: array<f32, workgroupSize>;

// Sum over the workgroup, the same in every thread. All threads must call it.
fn workgroupSum(thread: u32, value: f32) -> f32 {
  workgroupBarrier();
  partialSums[thread] = value;
  for (var step = workgroupSize / 2u; step > 0u; step /= 2u) {
    workgroupBarrier();
    if (thread < step) {
      partialSums[thread] += partialSums[thread + step];
    }
  }
  workgroupBarrier();
  return partialSums[0];
}
