import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { findConditionKey, readOidcKey } from '../../../src/engines/policy/condition-keys.ts'

describe('a condition key is not known', () => {
  for (const name of [
    '',
    'aws',
    'aws:',
    'aws:nosuch',
    'aws:RequestTag',
    'aws:CurrentTime/x',
    's3:prefix',
    'idp.example.com:team',
    'gitlab.com:repository',
    'accounts.google.com:app_id',
    'idp.example.com/x.ghe.com:actor',
    'token.actions.x.ghe.com.example.com:actor',
    'actions.x.ghe.com:actor',
    'x.token.actions.githubusercontent.com:actor',
    'keycloak:email',
    'aws:8080',
  ]) {
    test(JSON.stringify(name), () => assert.equal(findConditionKey(name), undefined))
  }
})

describe('a condition key is known by', () => {
  const known: readonly (readonly [written: string, name: string, types: string, valued: string])[] = [
    ['AWS:currenttime', 'aws:CurrentTime', 'Date', 'single'],
    ['aws:RequestTag/Cost Center', 'aws:RequestTag/', 'String', 'single'],
    ['aws:PrincipalTag/a.b:c/d', 'aws:PrincipalTag/', 'String', 'single'],
    ['aws:TagKeys', 'aws:TagKeys', 'String', 'multi'],
    ['aws:FederatedProvider', 'aws:FederatedProvider', 'Arn String', 'single'],
    ['sts:ExternalId', 'sts:ExternalId', 'String', 'single'],
    ['SAML:aud', 'saml:aud', 'String', 'single'],
    ['saml:mail', 'saml:mail', 'String', 'either'],
    ['EC2:RoleDelivery', 'ec2:RoleDelivery', 'Numeric', 'single'],
    ['ec2:SourceInstanceArn', 'ec2:SourceInstanceArn', 'Arn', 'single'],
    ['glue:RoleAssumedBy', 'glue:RoleAssumedBy', 'String', 'single'],
    ['glue:CredentialIssuingService', 'glue:CredentialIssuingService', 'String', 'single'],
    ['lambda:sourceFunctionArn', 'lambda:SourceFunctionArn', 'Arn', 'single'],
    ['ssm:SourceInstanceArn', 'ssm:SourceInstanceArn', 'Arn', 'single'],
    ['identitystore:UserId', 'identitystore:UserId', 'String', 'single'],
    ['oidc.eks.us-east-1.amazonaws.com/id/ABC:SUB', 'sub', 'String', 'single'],
    ['127.0.0.1:3000/path:aud', 'aud', 'String', 'single'],
    ['keycloak:8080/realms/x:email', 'email', 'String', 'single'],
    ['keycloak:8080:email', 'email', 'String', 'single'],
    ['keycloak/realms/x:email', 'email', 'String', 'single'],
    ['[::1]:email', 'email', 'String', 'single'],
    ['[fd00::1]:8080/realms/x:sub', 'sub', 'String', 'single'],
    ['token.actions.acme.ghe.com:actor', 'actor', 'String', 'single'],
    ['localhost:3000:amr', 'amr', 'String', 'multi'],
    ['token.actions.githubusercontent.com/acme:job_workflow_ref', 'job_workflow_ref', 'String', 'single'],
    ['accounts.google.com:google/organization_number', 'google/organization_number', 'Numeric', 'single'],
    ['oidc.circleci.com/org/1:oidc.circleci.com/project-id', 'oidc.circleci.com/project-id', 'String', 'single'],
  ]
  for (const [written, name, types, valued] of known) {
    test(written, () => {
      const key = findConditionKey(written)
      assert.deepEqual([key?.name, key?.types.join(' '), key?.valued], [name, types, valued])
    })
  }
})

test('the key of a claim is cut at its last colon', () => {
  assert.deepEqual(readOidcKey('localhost:3000/a:sub'), { provider: 'localhost:3000/a', claim: 'sub' })
  assert.deepEqual(readOidcKey('[::1]:3000/a:sub'), { provider: '[::1]:3000/a', claim: 'sub' })
  assert.equal(readOidcKey('aws:RequestTag/a.b:c'), undefined)
  assert.equal(readOidcKey('idp.example.com'), undefined)
})
