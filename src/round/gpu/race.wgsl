// Draws by exponential race, tile by tile: the token with the smallest -log(u) / weight wins, lower id on ties; at
// temperature 0 the largest logit or weight does. Residuals max(0, r - q) are formed on the way and never stored;
// should rounding leave none, r itself runs. Twins: PhiloxSource.categorical, verify/residual.ts, argmax.
// Dispatch: [tiles, draws].
const recoverPurpose = 3u;
const tokenPurpose = 0u;

var<workgroup> runners: array<Runner, workgroupSize>;

struct Law {
  kind: u32,
  slot: u32,
  position: u32,
  purpose: u32,
  // What is taken off, where isResidual.
  isResidual: bool,
  q: u32,
  lookedUp: u32,
}

fn lawOf(draw: Draw) -> Law {
  var law = Law(draw.law, draw.slot, draw.position, draw.purpose, false, none, none);
  if (draw.law != fromVerdict) {
    return law;
  }
  let at = record.rejectedAt;
  law.kind = select(none, fromWeights, at < plan.heads || plan.drawsExtra == 1u);
  law.position = plan.position + at;
  law.slot = plan.words[plan.targetsAt + select(0u, at, law.kind == fromWeights)];
  law.purpose = tokenPurpose;
  if (at < plan.heads) {
    law.purpose = recoverPurpose;
    law.isResidual = plan.criterion == byRatio;
    law.q = plan.words[plan.proposalsAt + at];
    law.lookedUp = text[plan.textIndex + at].x;
  }
  return law;
}

// The four tokens from `first` on, as far as there are any: they share one Philox call.
fn raced(law: Law, first: u32, rScale: f32, qScale: f32, leader: Runner) -> Runner {
  var weights = vec4<f32>();
  var fallbacks = vec4<f32>();
  for (var lane = 0u; lane < 4u; lane++) {
    let token = first + lane;
    if (token >= plan.vocabSize) {
      break;
    }
    weights[lane] = weightAt(law.slot, token);
    if (law.isResidual) {
      fallbacks[lane] = weights[lane];
      var q = select(0.0, 1.0, token == law.lookedUp);
      if (law.q != none) {
        q = qScale * weightAt(law.q, token);
      }
      weights[lane] = max(0.0, rScale * weights[lane] - q);
    }
  }
  var best = leader;
  if (all(weights <= vec4<f32>()) && all(fallbacks <= vec4<f32>())) {
    return best;
  }
  let counter = vec4<u32>(law.position, law.purpose, first >> 2u, 0u);
  let words = philox4x32(counter, vec2<u32>(plan.keyLow, plan.keyHigh));
  for (var lane = 0u; lane < 4u; lane++) {
    let time = exponential(words[lane]);
    if (weights[lane] > 0.0) {
      best = better(best, Runner(bitcast<u32>(time / weights[lane]), first + lane, none, none));
    }
    if (fallbacks[lane] > 0.0) {
      best = better(best, Runner(none, none, bitcast<u32>(time / fallbacks[lane]), first + lane));
    }
  }
  return best;
}

// Positive floats are ordered as their bits are.
fn better(a: Runner, b: Runner) -> Runner {
  var best = a;
  if (b.score < a.score || (b.score == a.score && b.token < a.token)) {
    best.score = b.score;
    best.token = b.token;
  }
  let isFallback = b.fallbackScore < a.fallbackScore
    || (b.fallbackScore == a.fallbackScore && b.fallbackToken < a.fallbackToken);
  if (isFallback) {
    best.fallbackScore = b.fallbackScore;
    best.fallbackToken = b.fallbackToken;
  }
  return best;
}

@compute @workgroup_size(workgroupSize)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) thread: u32) {
  let law = lawOf(drawAt(group.y));
  var best = Runner(none, none, none, none);
  let start = group.x * tileTokens;
  let end = min(plan.vocabSize, start + tileTokens);
  if (law.kind == fromWeights) {
    var rScale = 1.0;
    var qScale = 0.0;
    if (law.isResidual) {
      rScale = 1.0 / massOf(law.slot);
      if (law.q != none) {
        qScale = 1.0 / massOf(law.q);
      }
    }
    for (var first = start + 4u * thread; first < end; first += 4u * workgroupSize) {
      best = raced(law, first, rScale, qScale, best);
    }
  } else if (law.kind == largestLogit || law.kind == largestWeight) {
    for (var token = start + thread; token < end; token += workgroupSize) {
      let bits = rows[law.slot * plan.vocabSize + token];
      if (!isNan(bits)) {
        best = better(best, Runner(~sortKey(bits), token, none, none));
      }
    }
  }
  runners[thread] = best;
  for (var step = workgroupSize / 2u; step > 0u; step /= 2u) {
    workgroupBarrier();
    if (thread < step) {
      runners[thread] = better(runners[thread], runners[thread + step]);
    }
  }
  if (thread == 0u) {
    races[group.y].tiles[group.x] = runners[0];
  }
}
