/** Everything about a connection that is bounded (HTTP-5). */

export interface Limits {
  readonly connectionsMax: number;
  /** On one connection, one after the other. */
  readonly requestsPerConnectionMax: number;
  /** On one connection at the same time: browsers wait for each before they ask for the next. */
  readonly openAnswersMax: number;
  /** Of all answers on their way out that are made for one request; of those that many get, one copy is in memory. */
  readonly answerBytesMax: number;
  /**
   * Posts that are worked on at the same time at one address, and those of whose body more than 32 KiB have come; one more
   * is told `busy`. At a mirror each keeps its place until its answer has gone out, and one behind an answer that has not
   * is told `busy` too.
   */
  readonly postsMax: number;
  /** The same of devices, counted apart: theirs are up to 44 times as long, and may not take the room of sources. */
  readonly devicePostsMax: number;
  /** Chunks of files that are received or sent at the same time at one address, each of 256 KiB in memory; as many films, and parts of films. */
  readonly chunksMax: number;
  readonly headBytesMax: number;
  readonly headFieldsMax: number;
  /** To receive a head, and a whole request; Tor circuits are slow, but 6,007 bytes pass any of them in this time. */
  readonly headSecondsMax: number;
  readonly requestSecondsMax: number;
  /** For a form with files, and for a file on its way out; 500 MiB take three hours at 50 kB a second. */
  readonly uploadSecondsMax: number;
  /** For each 64 KiB of such a file. */
  readonly fileSecondsMax: number;
  /** Longer than the minute between two requests of a page. */
  readonly keepAliveSeconds: number;
  /** Without a byte in either direction. */
  readonly idleSecondsMax: number;
  /** How long the heads of requests that were answered may stay in memory. */
  readonly remainsSecondsMax: number;
  /** How often the times are looked at. */
  readonly checkSeconds: number;
  /** How long a stop waits for requests that were accepted. */
  readonly graceSeconds: number;
}

export const defaultLimits: Limits = {
  connectionsMax: 1_024,
  requestsPerConnectionMax: 128,
  openAnswersMax: 8,
  answerBytesMax: 64 * 1024 * 1024,
  postsMax: 256,
  devicePostsMax: 32,
  chunksMax: 32,
  headBytesMax: 8_192,
  headFieldsMax: 48,
  headSecondsMax: 20,
  requestSecondsMax: 60,
  uploadSecondsMax: 6 * 3600,
  fileSecondsMax: 120,
  keepAliveSeconds: 75,
  idleSecondsMax: 120,
  remainsSecondsMax: 60,
  checkSeconds: 2,
  graceSeconds: 10,
};
