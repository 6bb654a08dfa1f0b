/** Pixels of a picture: red, green, blue and opacity, row by row. */
interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

export interface SmallerPicture {
  /** The picture as a data URL. */
  readonly url: string;
  readonly width: number;
  readonly height: number;
  /** The width of the picture that it was made of. */
  readonly from: number;
}

// Decoded, a picture takes four bytes a pixel; one of more is left as it is.
const mostPixels = 60e6;

/**
 * A PNG or JPEG picture, given as a data URL, as a JPEG of at most `width` pixels across, on white; undefined for others
 * and for what can't be read. `quality` goes from 1 to 100.
 */
export async function smallerPicture(
  url: string,
  width: number,
  quality: number,
): Promise<SmallerPicture | undefined> {
  const match = url.match(/^data:image\/(png|jpeg);base64,/);
  if (!match) return undefined;
  try {
    const bytes = Buffer.from(url.slice(match[0].length), "base64");
    const { default: jpeg } = await import("jpeg-js");
    const whole = match[1] === "png" ? await readPng(bytes) : jpeg.decode(bytes, { useTArray: true });
    if (!whole) return undefined;
    const small = shrunk(onWhite(whole), Math.min(width, whole.width));
    const made = jpeg.encode({ ...small, data: Buffer.from(small.data.buffer) }, quality).data;
    const { width: w, height } = small;
    return { url: `data:image/jpeg;base64,${made.toString("base64")}`, width: w, height, from: whole.width };
  } catch {
    // Damaged, or of a kind that these readers do not know: it stays as it is.
    return undefined;
  }
}

async function readPng(bytes: Buffer): Promise<Pixels | undefined> {
  // Width and height stand at the file's beginning: what would not fit into memory is not decoded.
  if (bytes.readUInt32BE(16) * bytes.readUInt32BE(20) > mostPixels) return undefined;
  const { convertIndexedToRgb, decode } = await import("fast-png");
  const png = decode(bytes);
  const { width, height, depth } = png;
  const values = png.palette ? convertIndexedToRgb(png) : png.data;
  const channels = png.palette ? values.length / (width * height) : png.channels;
  const scale = png.palette ? 1 : 255 / (2 ** depth - 1);
  const data = new Uint8Array(4 * width * height);
  for (let i = 0; i < width * height; i++) {
    const grey = channels < 3;
    for (let c = 0; c < 3; c++) data[4 * i + c] = values[i * channels + (grey ? 0 : c)] * scale;
    data[4 * i + 3] = channels % 2 === 0 ? values[(i + 1) * channels - 1] * scale : 255;
  }
  return { width, height, data };
}

/** The picture on white paper: a JPEG has no opacity. */
function onWhite({ width, height, data }: Pixels): Pixels {
  const out = new Uint8Array(data);
  for (let i = 0; i < out.length; i += 4) {
    const opacity = out[i + 3] / 255;
    for (let c = 0; c < 3; c++) out[i + c] = 255 + (out[i + c] - 255) * opacity;
    out[i + 3] = 255;
  }
  return { width, height, data: out };
}

/** The picture at the given width: each pixel the mean of those that it covers. */
function shrunk(picture: Pixels, width: number): Pixels {
  if (width >= picture.width) return picture;
  const height = Math.max(1, Math.round((picture.height * width) / picture.width));
  const data = new Uint8Array(4 * width * height);
  const edge = (i: number, of: number, from: number): number => Math.floor((i * from) / of);
  for (let y = 0; y < height; y++) {
    const [top, bottom] = [edge(y, height, picture.height), edge(y + 1, height, picture.height)];
    for (let x = 0; x < width; x++) {
      const [left, right] = [edge(x, width, picture.width), edge(x + 1, width, picture.width)];
      const sums = [0, 0, 0];
      for (let v = top; v < bottom; v++)
        for (let u = left; u < right; u++)
          for (let c = 0; c < 3; c++) sums[c] += picture.data[4 * (v * picture.width + u) + c];
      const covered = (bottom - top) * (right - left);
      for (let c = 0; c < 3; c++) data[4 * (y * width + x) + c] = sums[c] / covered;
      data[4 * (y * width + x) + 3] = 255;
    }
  }
  return { width, height, data };
}
