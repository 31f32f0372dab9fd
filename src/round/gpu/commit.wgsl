// Ends a verdict: the recovered token, or the one drawn at the extra position, joins text and record, and the first
// end token among what is committed is looked for: what is behind it is void.
// Dispatch: [1].
fn isEnd(token: u32) -> bool {
  for (var index = 0u; index < plan.endCount; index++) {
    if (plan.words[plan.endsAt + index] == token) {
      return true;
    }
  }
  return false;
}

@compute @workgroup_size(1)
fn main() {
  let at = record.rejectedAt;
  record.token = none;
  record.extraFault = 0u;
  record.endedAt = none;
  for (var head = 0u; head < at; head++) {
    if (isEnd(record.judged[head].token)) {
      record.endedAt = head;
      return;
    }
  }
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
  if (isEnd(token)) {
    record.endedAt = at;
  }
}
