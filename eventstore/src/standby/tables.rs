//! Empty tables of the same shape in another schema.

use sqlx::{Executor, PgConnection};

use crate::daemon::DaemonError;

/// What the copies are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Copies {
    /// To be compared and thrown away.
    Scratch,
    /// To take the place of the originals one day: they survive a crash, and have the originals'
    /// owner and rights.
    Kept,
}

/// An identifier as it is written in SQL.
pub(crate) fn quoted(identifier: &str) -> String {
    format!("\"{}\"", identifier.replace('"', "\"\""))
}

/// Keys and indexes under the originals' own names, which `LIKE` would not keep: a later migration
/// must find them whichever side is live.
const KEYS: &str = "
    SELECT format('ALTER TABLE %I.%I ADD CONSTRAINT %I %s', $2, t.relname, c.conname,
                  pg_get_constraintdef(c.oid))
    FROM pg_class t JOIN pg_constraint c ON c.conrelid = t.oid
    WHERE t.relnamespace = $1::regnamespace AND t.relname = ANY($3) AND c.contype IN ('p', 'u', 'x')
    UNION ALL
    SELECT format('CREATE %s INDEX %I ON %I.%I %s', CASE WHEN indisunique THEN 'UNIQUE' END,
                  i.relname, $2, t.relname, substring(pg_get_indexdef(i.oid) FROM 'USING .*'))
    FROM pg_class t JOIN pg_index ON indrelid = t.oid JOIN pg_class i ON i.oid = indexrelid
    WHERE t.relnamespace = $1::regnamespace AND t.relname = ANY($3)
      AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.oid)";

const RIGHTS: &str = "
    WITH granted AS (
        SELECT relname, relowner, '' AS columns, acl.* FROM pg_class, aclexplode(relacl) AS acl
        WHERE relnamespace = $1::regnamespace AND relname = ANY($3)
        UNION ALL
        SELECT relname, relowner, format('(%I)', attname), acl.*
        FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid, aclexplode(attacl) AS acl
        WHERE relnamespace = $1::regnamespace AND relname = ANY($3) AND NOT attisdropped
    )
    SELECT format('GRANT %s %s ON %I.%I TO %s%s', privilege_type, columns, $2, relname,
                  CASE grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END,
                  CASE WHEN is_grantable THEN ' WITH GRANT OPTION' END)
    FROM granted WHERE grantee <> relowner
    UNION ALL
    SELECT format('ALTER TABLE %I.%I OWNER TO %I', $2, relname, pg_get_userbyid(relowner))
    FROM pg_class WHERE relnamespace = $1::regnamespace AND relname = ANY($3)
      AND pg_get_userbyid(relowner) <> current_user";

/// What would be lost on the way to the copies.
const UNCOPIED: &str = "
    SELECT relname::text FROM pg_class
    WHERE relnamespace = $1::regnamespace AND relname = ANY($2)
      AND (relhastriggers OR relhasrules OR relrowsecurity OR relkind <> 'r')";

const SHAPE: &str = "
    SELECT coalesce(string_agg(line, E'\\n' ORDER BY line COLLATE \"C\"), '') FROM (
        SELECT concat_ws(' ', t.relname, row_number() OVER (PARTITION BY t.oid ORDER BY attnum),
                         attname, format_type(atttypid, atttypmod), attnotnull, attidentity,
                         attgenerated, pg_get_expr(adbin, adrelid)) AS line
        FROM pg_class t JOIN pg_attribute ON attrelid = t.oid
             LEFT JOIN pg_attrdef ON adrelid = t.oid AND adnum = attnum
        WHERE t.relnamespace = $1::regnamespace AND t.relname = ANY($2)
          AND attnum > 0 AND NOT attisdropped
        UNION ALL
        SELECT concat_ws(' ', t.relname, conname, pg_get_constraintdef(c.oid))
        FROM pg_class t JOIN pg_constraint c ON conrelid = t.oid
        WHERE t.relnamespace = $1::regnamespace AND t.relname = ANY($2)
        UNION ALL
        SELECT concat_ws(' ', t.relname, i.relname, indisunique,
                         substring(pg_get_indexdef(i.oid) FROM 'USING .*'))
        FROM pg_class t JOIN pg_index ON indrelid = t.oid JOIN pg_class i ON i.oid = indexrelid
        WHERE t.relnamespace = $1::regnamespace AND t.relname = ANY($2)
    ) AS lines";

/// The schema the program's own tables are in.
pub(crate) async fn origin(connection: &mut PgConnection) -> Result<String, sqlx::Error> {
    sqlx::query_scalar("SELECT current_schema()")
        .fetch_one(connection)
        .await
}

/// Makes the schema, with empty copies of the tables.
pub(crate) async fn copy(
    connection: &mut PgConnection,
    schema: &str,
    tables: &[&str],
    copies: Copies,
) -> Result<(), DaemonError> {
    let origin = origin(connection).await?;
    let uncopied: Option<String> = sqlx::query_scalar(UNCOPIED)
        .bind(quoted(&origin))
        .bind(tables)
        .fetch_optional(&mut *connection)
        .await?;
    if let Some(table) = uncopied {
        return Err(DaemonError::Refused(format!(
            "{table} has triggers, rules or foreign keys, which a read model must not have"
        )));
    }
    let mut statements = vec![format!("CREATE SCHEMA {}", quoted(schema))];
    let kind = match copies {
        Copies::Scratch => "UNLOGGED TABLE",
        Copies::Kept => "TABLE",
    };
    for table in tables {
        let table = quoted(table);
        let (schema, origin) = (quoted(schema), quoted(&origin));
        statements.push(format!(
            "CREATE {kind} {schema}.{table} (LIKE {origin}.{table} INCLUDING ALL EXCLUDING INDEXES)"
        ));
    }
    let wanted = match copies {
        Copies::Scratch => vec![KEYS],
        Copies::Kept => vec![KEYS, RIGHTS],
    };
    for query in wanted {
        let further: Vec<String> = sqlx::query_scalar(query)
            .bind(quoted(&origin))
            .bind(schema)
            .bind(tables)
            .fetch_all(&mut *connection)
            .await?;
        statements.extend(further);
    }
    for statement in &statements {
        connection.execute(statement.as_str()).await?;
    }
    Ok(())
}

/// Columns, keys and indexes of tables, in words: equal when the tables may be exchanged.
pub(crate) async fn shape(
    connection: &mut PgConnection,
    schema: &str,
    tables: &[&str],
) -> Result<String, sqlx::Error> {
    sqlx::query_scalar(SHAPE)
        .bind(quoted(schema))
        .bind(tables)
        .fetch_one(connection)
        .await
}
