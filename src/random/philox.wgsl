// Philox4x32-10, word for word the generator of philox.ts. Functions only; WGSL has no 64-bit product, so its
// high half is put together from four 16-bit products.
// Source: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011.

// High 32 bits of a product. Every partial sum fits in 32 bits.
fn multiplyHigh(a: u32, b: u32) -> u32 {
  let aLow = a & 0xffffu;
  let aHigh = a >> 16u;
  let bLow = b & 0xffffu;
  let bHigh = b >> 16u;
  let middle = aHigh * bLow + ((aLow * bLow) >> 16u);
  let carried = (middle & 0xffffu) + aLow * bHigh;
  return aHigh * bHigh + (middle >> 16u) + (carried >> 16u);
}

fn philox4x32(counter: vec4<u32>, key: vec2<u32>) -> vec4<u32> {
  var c = counter;
  var k = key;
  for (var round = 0u; round < 10u; round++) {
    let highA = multiplyHigh(0xd2511f53u, c.x);
    let highB = multiplyHigh(0xcd9e8d57u, c.z);
    c = vec4<u32>(highB ^ c.y ^ k.x, 0xcd9e8d57u * c.z, highA ^ c.w ^ k.y, 0xd2511f53u * c.x);
    k += vec2<u32>(0x9e3779b9u, 0xbb67ae85u);
  }
  return c;
}

// 32 random bits -> u = (word + 0.5) / 2^32, as in philox-source.ts but rounded to f32, which may give 1.
fn uniform(word: u32) -> f32 {
  return (f32(word) + 0.5) * 0x1p-32;
}

// -log(u), accurate to a few units in the last place for every word. The lane that wins a race has u near 1, where
// f32 cannot tell u from 1; so there v = 1 - u is taken from the complement of the bits, which is exact, and
// -log(1 - v) = 2 atanh(v / (2 - v)) from its series: below v = 1/2 its argument is at most 1/3, and the first term
// left out is below 2^-27 of the sum.
fn exponential(word: u32) -> f32 {
  let v = (f32(~word) + 0.5) * 0x1p-32;
  if (v >= 0.5) {
    return -log(uniform(word));
  }
  let s = v / (2.0 - v);
  let t = s * s;
  let series = 1.0 + t * (1.0 / 3.0 + t * (1.0 / 5.0 + t * (1.0 / 7.0 + t * (1.0 / 9.0 + t * (1.0 / 11.0
    + t * (1.0 / 13.0 + t * (1.0 / 15.0)))))));
  return 2.0 * s * series;
}
