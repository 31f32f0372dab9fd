// Clears what the kernels behind it add up: the slots that jobs and mixes write to, and the jobs' selections.
// Dispatch: [jobs + mixes].
@compute @workgroup_size(workgroupSize)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) thread: u32) {
  let index = group.x;
  var slot: u32;
  if (index < plan.jobCount) {
    let job = jobAt(index);
    slot = job.weights;
    atomicStore(&selections[index].low[thread], 0u);
    atomicStore(&selections[index].high[thread], 0u);
    if (thread == 0u) {
      selections[index].stage = select(select(8u, 4u, job.topPShare > 0u), 0u, job.topK > 0u);
      selections[index].prefix = 0u;
      selections[index].topKKey = 0u;
      selections[index].topPKey = 0u;
      selections[index].lastTie = none;
    }
  } else {
    slot = plan.words[mixAt(index - plan.jobCount)];
  }
  if (thread == 0u) {
    atomicStore(&slots[slot].peak, 0u);
    atomicStore(&slots[slot].fault, 0u);
    atomicStore(&slots[slot].massLow, 0u);
    atomicStore(&slots[slot].massHigh, 0u);
  }
}
