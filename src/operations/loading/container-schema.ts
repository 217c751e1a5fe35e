import { z } from 'zod'

/** The shape of a task in a directory file. */
export const taskSchema = z.strictObject({
  TaskId: z.string(),
  TaskRoleArn: z.string().optional(),
  Cluster: z.string().default('default'),
  Family: z.string().default('app'),
  Revision: z.number().default(1),
  Region: z.string().optional(),
  Containers: z
    .array(z.strictObject({ Name: z.string(), Image: z.string() }))
    .default([{ Name: 'app', Image: 'app:latest' }]),
})

/** The shape of a cluster in a directory file. */
export const clusterSchema = z.strictObject({
  Name: z.string(),
  Region: z.string().optional(),
  ServiceAccounts: z
    .array(z.strictObject({ Namespace: z.string(), Name: z.string(), RoleArn: z.string() }))
    .default([]),
})

/** The shape of a pod identity association in a directory file. */
export const podIdentityAssociationSchema = z.strictObject({
  ClusterName: z.string(),
  Namespace: z.string(),
  ServiceAccount: z.string(),
  RoleArn: z.string(),
  Region: z.string().optional(),
})
