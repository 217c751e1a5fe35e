/** Where the agents of ECS and EKS answer at AWS. SDKs ask the one of ECS, at port 80, where they are told a path alone. */
export const CONTAINER_ADDRESSES = { ecs: '169.254.170.2', eks: '169.254.170.23', eksIpv6: 'fd00:ec2::23' } as const
