// Weights exp((logit - largest) / T), at most 1, and their sum where nothing is cut off afterwards. The weights stay
// unnormalised: whoever reads a probability divides by the slot's mass. Twin: distributionOf of sample/distribution.ts.
// Dispatch: [tiles, jobs].
@compute @workgroup_size(workgroupSize)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) thread: u32) {
  let job = jobAt(group.y);
  let peak = atomicLoad(&slots[job.weights].peak);
  var sum = 0.0;
  let end = min(plan.vocabSize, (group.x + 1u) * tileTokens);
  for (var token = group.x * tileTokens + thread; token < end; token += workgroupSize) {
    let weight = weightOf(rows[job.logits * plan.vocabSize + token], peak, job);
    rows[job.weights * plan.vocabSize + token] = bitcast<u32>(weight);
    sum += weight;
  }
  let mass = workgroupSum(thread, sum);
  if (thread == 0u && job.isTruncated == 0u) {
    addMass(job.weights, mass);
  }
}
