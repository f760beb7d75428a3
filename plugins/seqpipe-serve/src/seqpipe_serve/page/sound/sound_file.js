/** Files of sound: what the browser can decode, and what it writes. */

const HEAD = 44; // bytes before the samples of a WAV file
const FULL = 32767;
const RAW = /\.(raw|pcm|s16)$/i; // 16 bits a sample, at the rate of the pipeline

/** Return the samples of a file, one channel at `rate` a second. Fails for forms that the browser does not know. */
export async function decoded(file, rate) {
  if (RAW.test(file.name)) return { samples: whole(await file.arrayBuffer()), rate };
  const context = new OfflineAudioContext(1, 1, rate);
  const sound = await context.decodeAudioData(await file.arrayBuffer());
  const channels = Array.from({ length: sound.numberOfChannels }, (_, index) => sound.getChannelData(index));
  const samples = channels[0].slice();
  for (const channel of channels.slice(1)) channel.forEach((value, index) => (samples[index] += value));
  if (channels.length > 1) samples.forEach((value, index) => (samples[index] = value / channels.length));
  return { samples, rate };
}

function whole(bytes) {
  const view = new DataView(bytes);
  return Float32Array.from(
    { length: bytes.byteLength >> 1 },
    (_, index) => view.getInt16(2 * index, true) / (FULL + 1),
  );
}

/** Return a recording as a file of 16 bits a sample: WAV, or by another suffix the samples alone. */
export function encoded({ samples, rate }, suffix) {
  const head = suffix === ".wav" ? HEAD : 0;
  const view = new DataView(new ArrayBuffer(head + samples.length * 2));
  if (head) writeHead(view, samples.length * 2, rate);
  samples.forEach((sample, index) => {
    view.setInt16(head + index * 2, Math.round(Math.max(-1, Math.min(1, sample)) * FULL), true);
  });
  const type = head ? "audio/wav" : "application/octet-stream";
  return new File([view], `recording${suffix}`, { type });
}

function writeHead(view, bytes, rate) {
  const text = (at, letters) =>
    [...letters].forEach((letter, index) => view.setUint8(at + index, letter.charCodeAt(0)));
  text(0, "RIFF");
  view.setUint32(4, HEAD - 8 + bytes, true);
  text(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true); // PCM
  view.setUint16(22, 1, true); // one channel
  view.setUint32(24, rate, true);
  view.setUint32(28, rate * 2, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  text(36, "data");
  view.setUint32(40, bytes, true);
}
