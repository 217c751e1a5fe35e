/** Answers the storage ports in SQL, on SQLite: in a folder that one process serves, or in memory. @module */
export { openSqlStorage, type SqlStorageOptions } from './open-sql-storage.ts'
