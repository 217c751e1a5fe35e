import { type CompiledQuery, type Dialect, Kysely } from 'kysely'
import { StoreUnavailable } from '../index.ts'
import type { Tables } from './tables.ts'
import type { SqlValue } from './writer.ts'

/** Reads committed rows. Leaves its connection to whoever opened it. */
export class Reader {
  /** Builds queries, for reading here and for handing to a writer as text. */
  readonly queries: Kysely<Tables>

  constructor(dialect: Dialect) {
    this.queries = new Kysely<Tables>({ dialect })
  }

  /**
   * The rows that `query` finds, with other `parameters` when the query was compiled once for many uses.
   * @throws {@link StoreUnavailable}
   */
  async rows<Row>(query: CompiledQuery<Row>, parameters: readonly SqlValue[] = []): Promise<readonly Row[]> {
    try {
      const asked = parameters.length > 0 ? { ...query, parameters } : query
      return (await this.queries.executeQuery(asked)).rows
    } catch (cause) {
      throw new StoreUnavailable('The store could not be read.', { cause })
    }
  }
}
