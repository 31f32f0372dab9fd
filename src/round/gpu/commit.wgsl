// Ends a verdict: the recovered token, or the one drawn at the extra position, joins text and record.
// Dispatch: [1].
@compute @workgroup_size(1)
fn main() {
  let at = record.rejectedAt;
  record.token = none;
  record.extraFault = 0u;
  if (at == plan.heads && plan.drawsExtra == 0u) {
    return;
  }
  // Without a residual to wait for, all positions were drawn before the verdict.
  let isDrawnAhead = plan.isGreedy == 1u || plan.criterion == byCoupling;
  let token = races[select(0u, at, isDrawnAhead)].winner;
  let law = plan.words[plan.targetsAt + at];
  record.token = token;
  record.r = 1.0;
  if (plan.isGreedy == 0u) {
    record.r = weightAt(law, token) / massOf(law);
  }
  record.extraFault = faultOf(law);
  text[plan.textIndex + at] = vec2<u32>(token, 0u);
}
