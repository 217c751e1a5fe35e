import { readFileSync } from 'node:fs'
import {
  type AccessRequest,
  type ApplicablePolicies,
  type CompiledPolicy,
  compilePolicy,
  type PolicyKind,
  parsePolicy,
  type RequestContext,
  type RequestPrincipal,
} from '../../../src/engines/policy/index.ts'

/** One row of a corpus file: policies, a request, and what it must come to. */
export interface Case {
  readonly name: string
  readonly policies: {
    readonly identity?: readonly object[]
    readonly boundary?: object
    readonly session?: readonly object[]
    readonly resource?: object
    readonly scp?: readonly (readonly object[])[]
    readonly rcp?: readonly (readonly object[])[]
  }
  readonly request: Omit<AccessRequest, 'context' | 'principal'> & {
    readonly principal: RequestPrincipal
    readonly context: Readonly<Record<string, string | readonly string[]>>
  }
  readonly expect: 'allowed' | 'implicitDeny' | 'explicitDeny'
  readonly why: string
  readonly blame?: readonly PolicyKind[]
}

/** Reads a corpus file that lies beside the tests. */
export function readCases(file: string): readonly Case[] {
  return JSON.parse(readFileSync(new URL(`corpus/${file}`, import.meta.url), 'utf8'))
}

/** A document as the engine wants it. */
export function compiled(document: object, kind: PolicyKind, name: string = kind): CompiledPolicy {
  return compiledText(JSON.stringify(document), kind, name)
}

/** The same from text, for what an object could not say. */
export function compiledText(text: string, kind: PolicyKind, name: string = kind): CompiledPolicy {
  return compilePolicy(parsePolicy(text, kind), { kind, name })
}

/** A request context of these keys, whatever their case. */
export function contextOf(keys: Readonly<Record<string, string | readonly string[]>>): RequestContext {
  return new Map(Object.entries(keys).map(([key, value]) => [key.toLowerCase(), value]))
}

/** The request of a row. */
export function requestOf({ request }: Case): AccessRequest {
  return { ...request, context: contextOf(request.context) }
}

/** The policies of a row, compiled. For `sts:` actions on a role the resource's policy is its trust policy. */
export function policiesOf({ policies, request }: Case): ApplicablePolicies {
  const { identity = [], boundary, session, resource, scp, rcp } = policies
  const resourceKind = request.action.startsWith('sts:') && request.resource.includes(':role/') ? 'trust' : 'resource'
  const all = (documents: readonly object[], kind: PolicyKind): readonly CompiledPolicy[] =>
    documents.map((document, index) => compiled(document, kind, `${kind}-${index}`))
  return {
    identity: all(identity, 'identity'),
    ...(boundary && { boundary: compiled(boundary, 'boundary') }),
    ...(session && { session: all(session, 'session') }),
    ...(resource && { resource: compiled(resource, resourceKind) }),
    ...(scp && { scp: scp.map((level) => all(level, 'scp')) }),
    ...(rcp && { rcp: rcp.map((level) => all(level, 'rcp')) }),
  }
}
