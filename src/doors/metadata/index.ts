/** The metadata service of EC2: bytes in, bytes out. Who may reach it is checked before. @module */
export { InstanceCredentials } from './instance-credentials.ts'
export type { MetadataAnswer } from './metadata-answer.ts'
export { type MetadataClient, type MetadataDoor, metadataDoor } from './metadata-door.ts'
