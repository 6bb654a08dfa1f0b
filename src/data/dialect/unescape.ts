const backslash = 92;

/** Writes quotes after a backslash as doubled ones, and doubled backslashes as single ones, piece by piece. */
export class Unescaper {
  private held = false;
  private readonly quote: number;

  constructor(quote: number) {
    this.quote = quote;
  }

  push(bytes: Uint8Array, final: boolean): Uint8Array {
    if (!this.held && !bytes.includes(backslash)) return bytes;
    const out = new Uint8Array(bytes.length + 1);
    let to = 0;
    for (const byte of bytes) {
      if (this.held) {
        this.held = false;
        out[to++] = byte === this.quote ? this.quote : backslash;
        if (byte !== backslash) out[to++] = byte;
      } else if (byte === backslash) this.held = true;
      else out[to++] = byte;
    }
    if (final && this.held) out[to++] = backslash;
    return out.subarray(0, to);
  }
}
