// One stage of the radix selection: the histogram of 8 bits of the sort keys, over the rows' tokens that agree with
// the bits chosen so far. Top-k counts tokens, top-p adds their weights. Keys are those of the logits, so only equal
// logits tie, however close their weights.
// Dispatch: [tiles, jobs].
var<workgroup> low: array<atomic<u32>, workgroupSize>;
var<workgroup> high: array<atomic<u32>, workgroupSize>;

@compute @workgroup_size(workgroupSize)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) thread: u32) {
  let job = jobAt(group.y);
  let stage = selections[group.y].stage;
  let prefix = selections[group.y].prefix;
  let minKey = selections[group.y].topKKey;
  let shift = 24u - 8u * (stage & 3u);
  let chosen = select(0xffffff00u << shift, 0u, shift == 24u);
  let end = select(0u, min(plan.vocabSize, (group.x + 1u) * tileTokens), stage < 8u);
  for (var token = group.x * tileTokens + thread; token < end; token += workgroupSize) {
    let key = sortKey(rows[job.logits * plan.vocabSize + token]);
    if (((key ^ prefix) & chosen) == 0u && key >= minKey) {
      let bin = (key >> shift) & 0xffu;
      var amount = Sum(1u, 0u);
      if (stage >= 4u) {
        amount = fixedPoint(weightAt(job.weights, token));
      }
      let before = atomicAdd(&low[bin], amount.low);
      atomicAdd(&high[bin], amount.high + select(0u, 1u, before + amount.low < before));
    }
  }
  workgroupBarrier();
  let sum = Sum(atomicLoad(&low[thread]), atomicLoad(&high[thread]));
  if (sum.low > 0u || sum.high > 0u) {
    let before = atomicAdd(&selections[group.y].low[thread], sum.low);
    atomicAdd(&selections[group.y].high[thread], sum.high + select(0u, 1u, before + sum.low < before));
  }
}
