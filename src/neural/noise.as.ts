// asc: --noAssert --memoryBase 64 --importMemory
// Four xoshiro128** streams side by side (Blackman and Vigna, 2021). The state, four words of four lanes, lies at `state`
// and is moved on; `out` takes `count` numbers, rounded up to four.

// @ts-ignore: decorator
@inline
function rotate(x: v128, by: i32): v128 {
  return v128.or(i32x4.shl(x, by), i32x4.shr_u(x, 32 - by));
}

// @ts-ignore: decorator
@inline
function fill(state: usize, out: usize, count: i32, limit: v128, kept: v128, masks: bool): void {
  let a = v128.load(state);
  let b = v128.load(state, 16);
  let c = v128.load(state, 32);
  let d = v128.load(state, 48);
  const end = out + ((<usize>count) << 2);
  for (; out < end; out += 16) {
    const word = i32x4.mul(rotate(i32x4.mul(b, i32x4.splat(5)), 7), i32x4.splat(9));
    const t = i32x4.shl(b, 9);
    c = v128.xor(c, a);
    d = v128.xor(d, b);
    b = v128.xor(b, c);
    a = v128.xor(a, d);
    c = v128.xor(c, t);
    d = rotate(d, 11);
    if (masks) v128.store(out, v128.and(kept, i32x4.ge_u(word, limit)));
    else {
      const whole = f32x4.convert_i32x4_u(i32x4.shr_u(word, 9));
      v128.store(out, f32x4.mul(f32x4.add(whole, f32x4.splat(0.5)), f32x4.splat(1.1920928955078125e-7)));
    }
  }
  v128.store(state, a);
  v128.store(state, b, 16);
  v128.store(state, c, 32);
  v128.store(state, d, 48);
}

/** Numbers in (0, 1): 23 bits and a half, so that neither end is reached. */
export function uniform(state: usize, out: usize, count: i32): void {
  fill(state, out, count, i32x4.splat(0), f32x4.splat(0), false);
}

/** 0 where the 32 random bits are below `limit`, else `kept`. */
export function mask(state: usize, out: usize, count: i32, limit: i32, kept: f32): void {
  fill(state, out, count, i32x4.splat(limit), f32x4.splat(kept), true);
}
