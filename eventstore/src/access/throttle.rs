//! Slowing down whoever tries many secrets.
//!
//! A try is counted before the secret is looked at, so that tries made at once cannot slip through
//! together; a success takes its count back. Locks end by themselves, and a stranger can lock an
//! account for addresses that keep failing only, so nobody is kept out for long.

use chrono::{DateTime, TimeDelta, Utc};

use super::{Access, AccessError};

/// How many failures a key may have before it is locked, and for how long.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rule {
    pub(super) tries: i32,
    pub(super) within: TimeDelta,
    pub(super) locked_for: TimeDelta,
}

/// One account, tried from one address.
pub(super) const ACCOUNT_AND_ORIGIN: Rule = Rule {
    tries: 5,
    within: TimeDelta::minutes(15),
    locked_for: TimeDelta::minutes(15),
};

/// One address, trying many accounts. A campus may share an address.
pub(super) const ORIGIN: Rule = Rule {
    tries: 60,
    within: TimeDelta::minutes(15),
    locked_for: TimeDelta::minutes(15),
};

/// One account, tried from many addresses. Short, for its owner is locked out too.
pub(super) const ACCOUNT: Rule = Rule {
    tries: 50,
    within: TimeDelta::minutes(60),
    locked_for: TimeDelta::minutes(2),
};

impl Access {
    /// Counts a try against a key. `Some` says until when the key is locked, and then the secret
    /// must not be looked at.
    pub(super) async fn count_try(
        &self,
        key: &[&str],
        rule: Rule,
    ) -> Result<Option<DateTime<Utc>>, AccessError> {
        let now = self.now();
        // A lock that is over starts a new count. The try that goes over the limit sets the lock.
        let locked_until: Option<DateTime<Utc>> = sqlx::query_scalar(
            "INSERT INTO throttle AS t (key_hmac, tries, since) VALUES ($1, 1, $2) \
             ON CONFLICT (key_hmac) DO UPDATE SET \
               tries = CASE WHEN t.locked_until > $2 THEN t.tries \
                            WHEN t.locked_until <= $2 OR t.since < $3 THEN 1 \
                            ELSE t.tries + 1 END, \
               since = CASE WHEN t.locked_until <= $2 OR t.since < $3 THEN $2 ELSE t.since END, \
               locked_until = CASE WHEN t.locked_until > $2 THEN t.locked_until \
                                   WHEN t.locked_until IS NULL AND t.since >= $3 \
                                        AND t.tries >= $4 THEN $5 END \
             RETURNING locked_until",
        )
        .bind(self.hmac(key).as_slice())
        .bind(now)
        .bind(now - rule.within)
        .bind(rule.tries)
        .bind(now + rule.locked_for)
        .fetch_one(&self.pool)
        .await?;
        Ok(locked_until)
    }

    /// The owner came in: what was counted against the key is forgotten.
    pub(super) async fn forget_tries(&self, key: &[&str]) -> Result<(), AccessError> {
        sqlx::query("DELETE FROM throttle WHERE key_hmac = $1")
            .bind(self.hmac(key).as_slice())
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Takes one try back, where others may have been counted besides it.
    pub(super) async fn uncount_try(&self, key: &[&str]) -> Result<(), AccessError> {
        sqlx::query("UPDATE throttle SET tries = greatest(tries - 1, 0) WHERE key_hmac = $1")
            .bind(self.hmac(key).as_slice())
            .execute(&self.pool)
            .await?;
        Ok(())
    }
}
