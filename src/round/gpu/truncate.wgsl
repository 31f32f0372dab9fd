// Sets to 0 the weights that top-k, top-p and min-p leave out, and adds up the others. The largest weight is 1 before
// and after, so min-p compares with minP itself. Twin: sample/weighted-tokens.ts and kth-largest.ts.
// Dispatch: [tiles, jobs].
@compute @workgroup_size(workgroupSize)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) thread: u32) {
  let job = jobAt(group.y);
  let topKKey = selections[group.y].topKKey;
  let topPKey = selections[group.y].topPKey;
  let lastTie = selections[group.y].lastTie;
  var sum = 0.0;
  let end = select(0u, min(plan.vocabSize, (group.x + 1u) * tileTokens), job.isTruncated == 1u);
  for (var token = group.x * tileTokens + thread; token < end; token += workgroupSize) {
    let key = sortKey(rows[job.logits * plan.vocabSize + token]);
    let weight = weightAt(job.weights, token);
    let isOut = key < topKKey || key < topPKey || (key == topPKey && token > lastTie) || weight < job.minP;
    if (isOut) {
      rows[job.weights * plan.vocabSize + token] = 0u;
    } else {
      sum += weight;
    }
  }
  let mass = workgroupSum(thread, sum);
  if (thread == 0u && job.isTruncated == 1u) {
    addMass(job.weights, mass);
  }
}
