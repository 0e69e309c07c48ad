/** Connections to PostgreSQL: set up alike, named in nothing, lost ones replaced; every failure becomes a StorageError. */

import { DatabaseError, Pool, type PoolClient, type QueryResultRow } from 'pg';
import { StorageError, type StorageErrorCode } from '../ports/storage.ts';

export interface PostgresOptions {
  /** `postgresql://…`, as in DATABASE_URL. */
  readonly url: string;
  /** At most that many connections. */
  readonly connectionsMax?: number;
}

export type Value = Uint8Array | number | string | readonly (Uint8Array | number | string)[];

const connectMilliseconds = 5_000;
const triesMax = 5;

/** One set of connections. Statements are prepared on each connection when first used. */
export class Connections {
  readonly #pool: Pool;
  readonly #names = new Map<string, string>();
  #closing: Promise<void> | undefined;

  constructor(options: PostgresOptions) {
    this.#pool = new Pool({
      connectionString: options.url,
      max: options.connectionsMax ?? 5,
      connectionTimeoutMillis: connectMilliseconds,
      keepAlive: true,
      onConnect: (client) => prepareSession(client),
      types: { getTypeParser: parserOf },
    });
    // An idle connection that is lost leaves the pool; whoever needs one next gets a new one.
    this.#pool.on('error', () => undefined);
  }

  /** One statement, outside any transaction. */
  async query<T extends QueryResultRow>(attempted: string, text: string, values: readonly Value[] = []): Promise<T[]> {
    return this.withClient(attempted, (client) => this.run<T>(client, text, values));
  }

  /** One prepared statement on a connection of {@link withClient} or {@link transaction}. */
  async run<T extends QueryResultRow>(client: PoolClient, text: string, values: readonly Value[] = []): Promise<T[]> {
    const name = this.#names.get(text) ?? `s${this.#names.size}`;
    this.#names.set(text, name);
    return (await client.query<T>({ name, text, values: values.map(parameter) })).rows;
  }

  /**
   * Runs `action` between `begin` (one or more statements) and COMMIT, again when the database gave up for the sake of
   * another transaction. @throws StorageError unavailable, after which it may have been carried out or not
   */
  async transaction<T>(attempted: string, begin: string, action: (client: PoolClient) => Promise<T>): Promise<T> {
    for (let tries = 1; ; tries++) {
      try {
        return await this.withClient(attempted, async (client) => {
          try {
            await client.query(begin);
            const result = await action(client);
            await client.query('COMMIT');
            return result;
          } catch (error) {
            if (error instanceof DatabaseError || error instanceof StorageError) await client.query('ROLLBACK');
            throw error;
          }
        });
      } catch (error) {
        if (!(error instanceof ConflictError) || tries === triesMax) throw error;
      }
    }
  }

  async withClient<T>(attempted: string, action: (client: PoolClient) => Promise<T>): Promise<T> {
    if (this.#closing !== undefined) throw new StorageError('closed', attempted);
    let client: PoolClient;
    try {
      client = await this.#pool.connect();
    } catch (error) {
      throw postgresError(attempted, error);
    }
    let isLost = true;
    // Between two statements nobody else listens for the loss of the connection.
    const ignore = (): void => undefined;
    client.on('error', ignore);
    try {
      const result = await action(client);
      isLost = false;
      return result;
    } catch (error) {
      // What the database itself answered came over a connection that still works, unless it says that it is going down.
      isLost =
        !(error instanceof StorageError) && !(error instanceof DatabaseError && !/^(08|57)/.test(error.code ?? ''));
      throw postgresError(attempted, error);
    } finally {
      client.off('error', ignore);
      client.release(isLost);
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#pool.end();
    return this.#closing;
  }
}

/** Serialisation failure, deadlock or lock timeout: nothing was done and another try may succeed. */
class ConflictError extends StorageError {}

export function postgresError(attempted: string, error: unknown): StorageError {
  if (error instanceof StorageError) return error;
  const code = error instanceof DatabaseError ? (error.code ?? '') : '';
  if (['40001', '40P01', '55P03'].includes(code)) return new ConflictError('unavailable', attempted);
  return new StorageError(storageCode(code), attempted);
}

function storageCode(code: string): StorageErrorCode {
  // https://www.postgresql.org/docs/current/errcodes-appendix.html
  if (code === '53100') return 'full';
  if (code === 'XX001' || code === 'XX002') return 'corrupt';
  if (code === '3F000' || code === '42P01' || code === '42703') return 'wrong-version';
  return /^2[23]/.test(code) ? 'invalid' : 'unavailable';
}

/**
 * `synchronous_commit`: a commit waits for the disk, and for the synchronous standby where there is one.
 * `plan_cache_mode`: a plan made while a table was empty would read the whole of it for each row later.
 */
async function prepareSession(client: { query(text: string): Promise<unknown> }): Promise<void> {
  await client.query(`
    SET application_name = '';
    SET bytea_output = hex;
    SET plan_cache_mode = force_custom_plan;
    SET client_min_messages = error;
    SELECT set_config('synchronous_commit', 'on', false)
      WHERE current_setting('synchronous_commit') IN ('off', 'local', 'remote_write');
  `);
}

function parameter(value: Value): unknown {
  if (typeof value === 'string' || typeof value === 'number') return value;
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  return value.map(parameter);
}

function parserOf(type: number): (text: string) => unknown {
  switch (type) {
    case 17: // bytea
      return (text) => {
        const bytes = Buffer.from(text.slice(2), 'hex');
        return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      };
    case 20: // bigint
    case 23: // integer
      return Number;
    default:
      return (text) => text;
  }
}
