/** The metadata service of EC2, and what containers of ECS and EKS ask: bytes in, bytes out. Who may reach it is checked before. @module */
export { ContainerCredentials } from './container-credentials.ts'
export { containerDoor } from './container-door.ts'
export { InstanceCredentials } from './instance-credentials.ts'
export type { MetadataAnswer } from './metadata-answer.ts'
export { type MetadataClient, type MetadataDoor, metadataDoor } from './metadata-door.ts'
