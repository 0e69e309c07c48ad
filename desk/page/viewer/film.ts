/** Sounds and films too large to be held: read by slices, and handed over anew in fragments that browsers take one by one, the packets as they are. */

import { concatAll } from '@postern/protocol/bytes/encode';
import {
  ADTS,
  AppendOnlyStreamTarget,
  CustomSource,
  EncodedAudioPacketSource,
  type EncodedPacket,
  EncodedPacketSink,
  EncodedVideoPacketSource,
  FLAC,
  Input,
  type InputTrack,
  MATROSKA,
  MP3,
  MP4,
  Mp4OutputFormat,
  OGG,
  Output,
  QTFF,
  WEBM,
  WebMOutputFormat,
} from 'mediabunny';

/** From byte `from` up to, without it, `to`. */
export type ReadSlice = (from: number, to: number) => Promise<Uint8Array>;

/** What a browser is asked whether it plays, and then given. */
export interface FilmForm {
  readonly container: 'mp4' | 'webm';
  /** With its codecs. */
  readonly type: string;
}

/** From one picture that stands for itself to the next: of more, nobody could hold what is played. */
const fragmentBytesMax = 96 * 1024 * 1024;

export class Film {
  /** Seconds. */
  readonly duration: number;
  /** The better one first. */
  readonly forms: readonly FilmForm[];
  readonly #tracks: readonly InputTrack[];
  /** Seconds by which its own times are later than those that it is given: players begin at 0. */
  readonly #start: number;

  private constructor(
    tracks: readonly InputTrack[],
    parts: { readonly duration: number; readonly start: number; readonly codecs: string },
  ) {
    this.#tracks = tracks;
    this.#start = parts.start;
    this.duration = parts.duration - parts.start;
    const kind = tracks.some((track) => track.isVideoTrack()) ? 'video' : 'audio';
    this.forms = (['mp4', 'webm'] as const).map((container) => ({
      container,
      type: `${kind}/${container}; codecs="${parts.codecs}"`,
    }));
  }

  /** @returns null where it holds no sound or film of a known kind @throws Error for a damaged one, or what `read` throws */
  static async open(bytes: number, read: ReadSlice): Promise<Film | null> {
    const source = new CustomSource({ getSize: () => bytes, read, prefetchProfile: 'network' });
    const input = new Input({ source, formats: [MP4, QTFF, WEBM, MATROSKA, MP3, OGG, FLAC, ADTS] });
    if (!(await input.canRead())) return null;
    const [video, audio] = [await input.getPrimaryVideoTrack(), await input.getPrimaryAudioTrack()];
    const tracks = [video, audio].filter((track) => track !== null);
    const codecs = await Promise.all(tracks.map((track) => track.getCodecParameterString()));
    if (tracks.length === 0 || codecs.includes(null)) return null;
    const start = await input.getFirstTimestamp(tracks);
    const duration = (await input.getDurationFromMetadata(tracks)) ?? (await input.computeDuration(tracks));
    return new Film(tracks, { duration, start, codecs: codecs.join(', ') });
  }

  /** From the last picture before `seconds` that stands for itself: first what tells a player of the tracks, with each fragment whole. @param isWanted once it is not, nothing more is read, and it ends */
  async *fragments(
    { container }: FilmForm,
    seconds: number,
    isWanted: () => boolean = () => true,
  ): AsyncGenerator<Uint8Array<ArrayBuffer>, void> {
    const made: Uint8Array[] = [];
    const take = new WritableStream<Uint8Array>({ write: (bytes) => void made.push(bytes.slice()) });
    const format =
      container === 'mp4'
        ? new Mp4OutputFormat({ fastStart: 'fragmented' })
        : new WebMOutputFormat({ appendOnly: true });
    const output = new Output({ format, target: new AppendOnlyStreamTarget(take) });
    const lanes = await this.#lanes(output, seconds + this.#start);
    await output.start();
    let held = 0;
    for (let lane = earliest(lanes); lane !== undefined; lane = earliest(lanes)) {
      held += await lane.pass();
      if (held > fragmentBytesMax) throw new RangeError(`play a film: ${held} bytes hang together`);
      if (!isWanted()) {
        for (const { end } of lanes) end();
        return;
      }
      if (made.length === 0) continue;
      held = 0;
      yield joined(made.splice(0));
    }
    await output.finalize();
    yield joined(made);
  }

  async #lanes(output: Output, seconds: number): Promise<readonly Lane[]> {
    const lanes: Lane[] = [];
    // Pictures come first among the tracks: sound begins where they can.
    let from = seconds;
    for (const track of this.#tracks) {
      const sink = new EncodedPacketSink(track);
      const first = (await sink.getKeyPacket(from)) ?? (await sink.getFirstKeyPacket());
      if (first === null) continue;
      from = Math.min(from, first.timestamp);
      lanes.push(await openLane(track, sink.packets(first), output, this.#start));
    }
    return lanes;
  }
}

/** The packets of one track, on their way into fragments. */
interface Lane {
  /** Seconds of the next one; null at the end. */
  at: number | null;
  /** Resolves with its bytes. */
  readonly pass: () => Promise<number>;
  readonly end: () => void;
}

async function openLane(
  track: InputTrack,
  packets: AsyncGenerator<EncodedPacket, void>,
  output: Output,
  start: number,
): Promise<Lane> {
  const { add, close } = await addTrack(track, output);
  let next = (await packets.next()).value ?? null;
  const lane: Lane = {
    at: next?.timestamp ?? null,
    pass: async () => {
      if (next === null) return 0;
      const { byteLength } = next;
      await add(next.clone({ timestamp: Math.max(0, next.timestamp - start) }));
      next = (await packets.next()).value ?? null;
      lane.at = next?.timestamp ?? null;
      if (next === null) close();
      return byteLength;
    },
    end: () => void packets.return(),
  };
  return lane;
}

interface Taker {
  readonly add: (packet: EncodedPacket) => Promise<void>;
  readonly close: () => void;
}

async function addTrack(track: InputTrack, output: Output): Promise<Taker> {
  if (track.isVideoTrack()) {
    const [codec, config] = [await track.getCodec(), await track.getDecoderConfig()];
    if (codec === null || config === null) throw new Error('play a film: pictures of no known kind');
    const source = new EncodedVideoPacketSource(codec);
    output.addVideoTrack(source, { transformationMatrix: await track.getTransformationMatrix() });
    return { add: (packet) => source.add(packet, { decoderConfig: config }), close: () => source.close() };
  }
  if (!track.isAudioTrack()) throw new Error('play a film: a track of no known kind');
  const [codec, config] = [await track.getCodec(), await track.getDecoderConfig()];
  if (codec === null || config === null) throw new Error('play a film: sound of no known kind');
  const source = new EncodedAudioPacketSource(codec);
  output.addAudioTrack(source);
  return { add: (packet) => source.add(packet, { decoderConfig: config }), close: () => source.close() };
}

function earliest(lanes: readonly Lane[]): Lane | undefined {
  return lanes.filter(({ at }) => at !== null).sort((one, other) => (one.at ?? 0) - (other.at ?? 0))[0];
}

/** With a buffer of its own, to be given away. */
function joined(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return new Uint8Array(concatAll(pieces));
}
