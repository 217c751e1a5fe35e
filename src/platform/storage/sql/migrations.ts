import type { DatabaseName } from './writer.ts'

/**
 * The steps from nothing to the current schema, per database. Step n leads to version n. A released step is never
 * edited: a change is a new step at the end.
 */
export const MIGRATIONS: Readonly<Record<DatabaseName, readonly string[]>> = {
  directory: [
    `
    CREATE TABLE directory_record (
      kind TEXT NOT NULL,
      key TEXT NOT NULL,
      account TEXT NOT NULL,
      body TEXT NOT NULL,
      sealed_under TEXT,
      PRIMARY KEY (kind, key)
    ) STRICT;
    CREATE INDEX directory_record_by_account ON directory_record (account, kind, key);
    CREATE INDEX directory_record_by_seal ON directory_record (sealed_under) WHERE sealed_under IS NOT NULL;
    CREATE TABLE change_log (
      sequence INTEGER PRIMARY KEY AUTOINCREMENT,
      account TEXT NOT NULL,
      kind TEXT NOT NULL,
      key TEXT NOT NULL
    ) STRICT;
    `,
    // What records refer to, so that they are found by it; versions of managed policies.
    `
    CREATE TABLE directory_reference (
      kind TEXT NOT NULL,
      key TEXT NOT NULL,
      account TEXT NOT NULL,
      target TEXT NOT NULL,
      PRIMARY KEY (kind, key, target)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX directory_reference_by_target ON directory_reference (target, kind, key);
    INSERT INTO directory_reference
      SELECT DISTINCT record.kind, record.key, record.account, 'managed-policy/' || each.value
      FROM directory_record AS record, json_each(record.body, '$.managedPolicyArns') AS each
      WHERE record.kind IN ('user', 'group', 'role')
      UNION
      SELECT kind, key, account, 'boundary/' || json_extract(body, '$.permissionsBoundary')
      FROM directory_record
      WHERE kind IN ('user', 'role') AND json_extract(body, '$.permissionsBoundary') IS NOT NULL
      UNION
      SELECT record.kind, record.key, record.account, 'group/' || record.account || '/' || lower(each.value)
      FROM directory_record AS record, json_each(record.body, '$.groups') AS each WHERE record.kind = 'user'
      UNION
      SELECT kind, key, account, 'role/' || account || '/' || lower(json_extract(body, '$.roleName'))
      FROM directory_record WHERE kind = 'instance-profile' AND json_extract(body, '$.roleName') IS NOT NULL;
    UPDATE directory_record SET body = json_set(
      json_remove(body, '$.document'),
      '$.versions', json_array(json_object(
        'id', 'v1', 'document', json_extract(body, '$.document'), 'createdAt', json_extract(body, '$.createdAt')
      )),
      '$.defaultVersionId', 'v1',
      '$.latestVersion', 1,
      '$.updatedAt', json_extract(body, '$.createdAt'),
      '$.tags', json_array()
    ) WHERE kind = 'managed-policy';
    UPDATE directory_record SET body = json_set(body, '$.tags', json_array()) WHERE kind = 'instance-profile';
    `,
    // When things were used last: many writes to few rows, and none of them a change of the directory.
    `
    CREATE TABLE usage_stamp (
      kind TEXT NOT NULL,
      key TEXT NOT NULL,
      used_at INTEGER NOT NULL,
      region TEXT,
      service TEXT,
      PRIMARY KEY (kind, key)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX usage_stamp_by_age ON usage_stamp (kind, used_at);
    `,
    // Users and roles are found by their unique ids.
    `
    INSERT INTO directory_reference
      SELECT kind, key, account, 'principal/' || json_extract(body, '$.uniqueId')
      FROM directory_record WHERE kind IN ('user', 'role') AND json_extract(body, '$.uniqueId') IS NOT NULL;
    `,
    // Who uses a managed policy is found account by account: those of AWS are used by all.
    `
    UPDATE directory_reference SET target = 'managed-policy/' || account || '/' || substr(target, 16)
      WHERE target LIKE 'managed-policy/%';
    UPDATE directory_reference SET target = 'boundary/' || account || '/' || substr(target, 10)
      WHERE target LIKE 'boundary/%';
    `,
    // How many records an account has, counted where they come and go: whoever makes one more asks each time.
    `
    CREATE TABLE directory_count (
      account TEXT NOT NULL,
      kind TEXT NOT NULL,
      count INTEGER NOT NULL,
      PRIMARY KEY (account, kind)
    ) STRICT, WITHOUT ROWID;
    INSERT INTO directory_count SELECT account, kind, count(*) FROM directory_record GROUP BY account, kind;
    CREATE TRIGGER directory_record_counted AFTER INSERT ON directory_record BEGIN
      INSERT INTO directory_count VALUES (NEW.account, NEW.kind, 1) ON CONFLICT DO UPDATE SET count = count + 1;
    END;
    CREATE TRIGGER directory_record_discounted AFTER DELETE ON directory_record BEGIN
      UPDATE directory_count SET count = count - 1 WHERE account = OLD.account AND kind = OLD.kind;
    END;
    `,
    // What may be used once.
    `
    CREATE TABLE one_time_value (
      sequence INTEGER PRIMARY KEY,
      key TEXT NOT NULL UNIQUE,
      expires_at INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX one_time_value_by_end ON one_time_value (expires_at);
    `,
    // What MFA devices have behind them: it goes with the device, however that goes.
    `
    CREATE TABLE mfa_device_state (
      device TEXT NOT NULL PRIMARY KEY,
      body TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TRIGGER mfa_device_forgotten AFTER DELETE ON directory_record WHEN OLD.kind = 'mfa-device' BEGIN
      DELETE FROM mfa_device_state WHERE device = json_extract(OLD.body, '$.id');
    END;
    CREATE TRIGGER mfa_device_renewed AFTER UPDATE ON directory_record
      WHEN OLD.kind = 'mfa-device' AND json_extract(OLD.body, '$.id') <> json_extract(NEW.body, '$.id') BEGIN
      DELETE FROM mfa_device_state WHERE device = json_extract(OLD.body, '$.id');
    END;
    `,
    // What browsers have begun; counted, because none of it makes way for more.
    `
    CREATE TABLE browser_state (
      kind TEXT NOT NULL,
      key TEXT NOT NULL,
      value TEXT NOT NULL,
      expires_at INTEGER NOT NULL,
      PRIMARY KEY (kind, key)
    ) STRICT;
    CREATE INDEX browser_state_by_end ON browser_state (kind, expires_at);
    CREATE TABLE browser_state_count (
      kind TEXT PRIMARY KEY NOT NULL,
      count INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TRIGGER browser_state_counted AFTER INSERT ON browser_state BEGIN
      INSERT INTO browser_state_count VALUES (NEW.kind, 1) ON CONFLICT DO UPDATE SET count = count + 1;
    END;
    CREATE TRIGGER browser_state_discounted AFTER DELETE ON browser_state BEGIN
      UPDATE browser_state_count SET count = count - 1 WHERE kind = OLD.kind;
    END;
    `,
    // With what an MFA device has behind it goes what each has behind it who tried to have it.
    `
    DROP TRIGGER mfa_device_forgotten;
    DROP TRIGGER mfa_device_renewed;
    CREATE TRIGGER mfa_device_forgotten AFTER DELETE ON directory_record WHEN OLD.kind = 'mfa-device' BEGIN
      DELETE FROM mfa_device_state WHERE device = json_extract(OLD.body, '$.id');
      DELETE FROM mfa_device_state
        WHERE device > json_extract(OLD.body, '$.id') || '/' AND device < json_extract(OLD.body, '$.id') || '0';
    END;
    CREATE TRIGGER mfa_device_renewed AFTER UPDATE ON directory_record
      WHEN OLD.kind = 'mfa-device' AND json_extract(OLD.body, '$.id') <> json_extract(NEW.body, '$.id') BEGIN
      DELETE FROM mfa_device_state WHERE device = json_extract(OLD.body, '$.id');
      DELETE FROM mfa_device_state
        WHERE device > json_extract(OLD.body, '$.id') || '/' AND device < json_extract(OLD.body, '$.id') || '0';
    END;
    `,
    // Whose they are, so that nobody takes all the places there are.
    `
    ALTER TABLE browser_state ADD COLUMN holder TEXT;
    CREATE INDEX browser_state_by_holder ON browser_state (kind, holder, expires_at) WHERE holder IS NOT NULL;
    `,
  ],
  audit: [
    `
    CREATE TABLE audit_event (
      event_id TEXT NOT NULL,
      event_time INTEGER NOT NULL,
      account TEXT NOT NULL,
      event_source TEXT NOT NULL,
      event_name TEXT NOT NULL,
      access_key_id TEXT,
      principal_arn TEXT,
      error_code TEXT,
      body TEXT NOT NULL
    ) STRICT;
    CREATE UNIQUE INDEX audit_event_by_time ON audit_event (event_time, event_id);
    CREATE INDEX audit_event_by_account ON audit_event (account, event_time, event_id);
    `,
    // A number for each event, in the order of commits, and what CloudTrail looks events up by.
    `
    CREATE TABLE numbered_event (
      sequence INTEGER PRIMARY KEY,
      event_id TEXT NOT NULL,
      event_time INTEGER NOT NULL,
      account TEXT NOT NULL,
      event_source TEXT NOT NULL,
      event_name TEXT NOT NULL,
      access_key_id TEXT,
      principal_arn TEXT,
      error_code TEXT,
      username TEXT,
      read_only INTEGER NOT NULL,
      resources TEXT NOT NULL,
      body TEXT NOT NULL
    ) STRICT;
    INSERT INTO numbered_event
      SELECT NULL, event_id, event_time, account, event_source, event_name, access_key_id, principal_arn, error_code,
        NULL, event_source = 'sts.amazonaws.com', '[]', body
      FROM audit_event ORDER BY rowid;
    DROP TABLE audit_event;
    ALTER TABLE numbered_event RENAME TO audit_event;
    CREATE UNIQUE INDEX audit_event_by_time ON audit_event (event_time, event_id);
    CREATE INDEX audit_event_by_account ON audit_event (account, event_time, event_id);
    `,
    // Why a request was refused, for those who may see it.
    'ALTER TABLE audit_event ADD COLUMN explanation TEXT',
  ],
}
