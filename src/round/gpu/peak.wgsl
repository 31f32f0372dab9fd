// Largest logit of each job's row, and the first logit that is no number. Twin: largestLogit of sample/distribution.ts.
// Dispatch: [tiles, jobs].
var<workgroup> largest: atomic<u32>;
var<workgroup> fault: atomic<u32>;

@compute @workgroup_size(workgroupSize)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) thread: u32) {
  let job = jobAt(group.y);
  var ownLargest = 0u;
  var ownFault = 0u;
  let end = min(plan.vocabSize, (group.x + 1u) * tileTokens);
  for (var token = group.x * tileTokens + thread; token < end; token += workgroupSize) {
    let bits = rows[job.logits * plan.vocabSize + token];
    let seen = faultAt(bits, token);
    ownFault = max(ownFault, seen);
    ownLargest = max(ownLargest, select(0u, sortKey(bits), seen == 0u));
  }
  atomicMax(&largest, ownLargest);
  atomicMax(&fault, ownFault);
  workgroupBarrier();
  if (thread == 0u) {
    atomicMax(&slots[job.weights].peak, atomicLoad(&largest));
    atomicMax(&slots[job.weights].fault, atomicLoad(&fault));
  }
}
