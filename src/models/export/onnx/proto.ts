/** Bytes in protocol-buffer wire format, field by field: the little of it that ONNX files need. */
export class ProtoWriter {
  private bytes = new Uint8Array(256);
  private length = 0;

  /** A whole number field; negative ones take ten bytes, as the format has it. */
  int(field: number, value: number): this {
    this.varint(field * 8);
    this.varint(value);
    return this;
  }

  /** A 32-bit float field. */
  float(field: number, value: number): this {
    this.varint(field * 8 + 5);
    return this.raw(new Uint8Array(Float32Array.of(value).buffer));
  }

  /** A field of bytes or text. */
  data(field: number, value: Uint8Array | string): this {
    const bytes = typeof value === "string" ? new TextEncoder().encode(value) : value;
    this.varint(field * 8 + 2);
    this.varint(bytes.length);
    return this.raw(bytes);
  }

  /** A field that is a message of its own. */
  message(field: number, value: ProtoWriter): this {
    return this.data(field, value.finish());
  }

  /** Whole numbers, packed into one field. */
  ints(field: number, values: ArrayLike<number>): this {
    const packed = new ProtoWriter();
    for (let i = 0; i < values.length; i++) packed.varint(values[i]);
    return this.data(field, packed.finish());
  }

  finish(): Uint8Array {
    return this.bytes.subarray(0, this.length);
  }

  private varint(value: number): void {
    // Beyond 32 bits, and for two's complement, JavaScript's bit operators don't reach.
    let rest = BigInt.asUintN(64, BigInt(value));
    for (; rest >= 128n; rest >>= 7n) this.byte(Number(rest & 127n) | 128);
    this.byte(Number(rest));
  }

  private byte(value: number): void {
    this.room(1);
    this.bytes[this.length++] = value;
  }

  private raw(bytes: Uint8Array): this {
    this.room(bytes.length);
    this.bytes.set(bytes, this.length);
    this.length += bytes.length;
    return this;
  }

  private room(more: number): void {
    if (this.length + more <= this.bytes.length) return;
    const larger = new Uint8Array(2 * (this.length + more));
    larger.set(this.bytes.subarray(0, this.length));
    this.bytes = larger;
  }
}
