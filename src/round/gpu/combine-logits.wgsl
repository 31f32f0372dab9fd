// Weighted sums of raw logits; -infinity in any member with a weight rules a token out, whatever its weight's sign.
// With a mask, tokens implausible to the first member are ruled out too: its largest logit is in the receiving slot.
// Twins: combine/geometric-combine.ts, combine/contrastive-combine.ts (Li et al., arXiv 2210.15097, equations 2 and 3).
// Dispatch: [tiles, mixes].
@compute @workgroup_size(workgroupSize)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) thread: u32) {
  let mix = mixAt(group.y);
  let combined = plan.words[mix];
  let peak = bitcast<f32>(bitsOfKey(atomicLoad(&slots[combined].peak)));
  let end = min(plan.vocabSize, (group.x + 1u) * tileTokens);
  for (var token = group.x * tileTokens + thread; token < end; token += workgroupSize) {
    var sum = 0.0;
    var isUndefined = false;
    var isRuledOut = false;
    var isInfinite = false;
    for (var term = 0u; term < plan.terms; term++) {
      let slot = plan.words[mix + 1u + term];
      if (slot == none) {
        continue;
      }
      let weight = floatAt(plan.weightsAt + term);
      let bits = rows[slot * plan.vocabSize + token];
      if (isNan(bits)) {
        isUndefined = true;
      } else if (bits == minusInfinityBits || (bits == infinityBits && weight < 0.0)) {
        isRuledOut = true;
      } else if (bits == infinityBits) {
        isInfinite = true;
      } else {
        sum += weight * bitcast<f32>(bits);
      }
    }
    var result = bitcast<u32>(sum);
    if (isUndefined || (isRuledOut && isInfinite)) {
      result = 0x7fc00000u;
    } else if (isRuledOut) {
      result = minusInfinityBits;
    } else if (isInfinite) {
      result = infinityBits;
    }
    if (plan.isMasked == 1u) {
      let expert = rows[plan.words[mix + 1u] * plan.vocabSize + token];
      let isImplausible = isFinite(expert) && bitcast<f32>(expert) < peak + plan.logPlausibility;
      if (isImplausible || expert == minusInfinityBits) {
        result = minusInfinityBits;
      }
    }
    rows[combined * plan.vocabSize + token] = result;
  }
}
