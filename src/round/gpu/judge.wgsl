// Decides every head and finds the first rejected one; also notes token and q of the pending tokens behind. Heads that
// nobody proposed stand as they are.
// At temperature 0 and under coupling, draw i of the races before it is what r commits at position i.
// Twins: verify/ratio-acceptance.ts, coupled-acceptance.ts, typical-acceptance.ts.
// Dispatch: [1], one thread a pending token.
var<workgroup> firstRejected: atomic<u32>;

const acceptPurpose = 2u;

@compute @workgroup_size(workgroupSize)
fn main(@builtin(local_invocation_index) thread: u32) {
  if (thread == 0u) {
    atomicStore(&firstRejected, plan.heads);
  }
  workgroupBarrier();
  if (thread < plan.pendings) {
    let token = text[plan.textIndex + thread].x;
    let slot = plan.words[plan.proposalsAt + thread];
    var q = 1.0;
    var fault = 0u;
    if (slot != none) {
      fault = faultOf(slot);
      if (plan.isGreedy == 0u) {
        q = weightAt(slot, token) / massOf(slot);
      }
    }
    record.judged[thread].token = token;
    record.judged[thread].q = q;
    record.judged[thread].proposalFault = fault;
    if (thread < plan.heads && !judged(thread, token, q)) {
      atomicMin(&firstRejected, thread);
    }
  }
  workgroupBarrier();
  if (thread == 0u) {
    record.rejectedAt = atomicLoad(&firstRejected);
  }
}

fn judged(head: u32, token: u32, q: f32) -> bool {
  let law = plan.words[plan.targetsAt + head];
  if (law == none) {
    record.judged[head].targetFault = 0u;
    return true;
  }
  var r: f32;
  if (plan.isGreedy == 1u) {
    r = select(0.0, 1.0, token == races[head].winner);
    if (plan.criterion == byTypicality) {
      record.judged[head].coin = bitcast<u32>(min(plan.epsilon, plan.delta));
    }
    // One-hot laws deviate from r under no criterion.
    record.judged[head].deviation = 0.0;
  } else {
    r = weightAt(law, token) / massOf(law);
  }
  var isAccepted: bool;
  if (plan.criterion == byRatio) {
    let counter = vec4<u32>(plan.position + head, acceptPurpose, 0u, 0u);
    let word = philox4x32(counter, vec2<u32>(plan.keyLow, plan.keyHigh)).x;
    record.judged[head].coin = word;
    // A word that rounds to u = 1 must not be rejected where r(x) >= q(x), nor r(x) = 0 accepted.
    let probability = plan.leniency * r / q;
    isAccepted = probability >= 1.0 || uniform(word) <= probability;
  } else if (plan.criterion == byCoupling) {
    isAccepted = token == races[head].winner;
  } else {
    isAccepted = r > bitcast<f32>(record.judged[head].coin);
  }
  record.judged[head].r = r;
  record.judged[head].isAccepted = select(0u, 1u, isAccepted);
  record.judged[head].targetFault = faultOf(law);
  return isAccepted;
}
