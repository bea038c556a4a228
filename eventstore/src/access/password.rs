//! Passwords of staff: Argon2id, checked without telling logins apart.

use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use chrono::{DateTime, TimeDelta, Utc};
use thiserror::Error;

use super::throttle::{ACCOUNT, ACCOUNT_AND_ORIGIN, ORIGIN};
use super::{Access, AccessError};

/// 19 MiB, two passes, one lane: OWASP's first choice for Argon2id.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;
const SALT_BYTES: usize = 16;

/// How long a password somebody else gave may wait for its owner.
const INITIAL_LIFE: TimeDelta = TimeDelta::days(7);

const LENGTH: std::ops::RangeInclusive<usize> = 10..=128;
/// What many people choose first; compared in lower case.
const COMMON: [&str; 16] = [
    "password", "passw0rd", "qwerty", "asdfgh", "zxcvbn", "1q2w3e", "1qaz2wsx", "abc123", "123456",
    "654321", "111111", "000000", "5201314", "woaini", "admin", "chaobiao",
];

/// How a check of a password ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PasswordVerdict {
    Right,
    /// Wrong, or there is no such login: nobody is told which.
    Wrong,
    /// Too many failures; the password was not looked at.
    Locked {
        until: DateTime<Utc>,
    },
}

/// Why a password may not be chosen. The text is for its owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum PasswordRefusal {
    #[error("密码长度应为 10 到 128 个字符")]
    Length,
    #[error("密码过于简单，请更换")]
    TooSimple,
    #[error("密码不能包含工号")]
    HoldsLogin,
}

impl PasswordRefusal {
    pub const fn code(self) -> &'static str {
        match self {
            Self::Length => "PASSWORD_LENGTH",
            Self::TooSimple => "PASSWORD_TOO_SIMPLE",
            Self::HoldsLogin => "PASSWORD_HOLDS_LOGIN",
        }
    }
}

/// Whether a password may be chosen: length and common ones only, as ASVS wants it; no rule about
/// kinds of characters.
fn check_choice(login: &str, password: &str) -> Result<(), PasswordRefusal> {
    if !LENGTH.contains(&password.chars().count()) {
        return Err(PasswordRefusal::Length);
    }
    let lower = password.to_lowercase();
    // A shorter login is part of half of all passwords.
    if login.len() >= 3 && lower.contains(&login.to_lowercase()) {
        return Err(PasswordRefusal::HoldsLogin);
    }
    let mut rest = lower.clone();
    for common in COMMON {
        rest = rest.replace(common, "");
    }
    let distinct: std::collections::BTreeSet<char> = lower.chars().collect();
    // A common word with a few characters around it is still that word.
    if distinct.len() < 5 || rest.chars().count() < 5 {
        return Err(PasswordRefusal::TooSimple);
    }
    Ok(())
}

impl Access {
    /// Gives a login a password, in place of any other.
    ///
    /// An `initial` one was chosen by somebody else: it opens a session good for
    /// [`Access::change_password`] alone, and expires.
    pub async fn set_password(
        &self,
        login: &str,
        password: &str,
        initial: bool,
    ) -> Result<Result<(), PasswordRefusal>, AccessError> {
        // Nobody chooses an initial one.
        if !initial && let Err(refusal) = check_choice(login, password) {
            return Ok(Err(refusal));
        }
        let hash = self.hash(password.to_owned()).await?;
        let now = self.now();
        sqlx::query(
            "INSERT INTO credential (login, hash, initial, expires_at, changed_at) \
             VALUES ($1, $2, $3, $4, $5) ON CONFLICT (login) DO UPDATE SET hash = excluded.hash, \
             initial = excluded.initial, expires_at = excluded.expires_at, \
             changed_at = excluded.changed_at",
        )
        .bind(login)
        .bind(&hash)
        .bind(initial)
        .bind(initial.then(|| now + INITIAL_LIFE))
        .bind(now)
        .execute(&self.pool)
        .await?;
        Ok(Ok(()))
    }

    /// A random password for [`Access::set_password`], easy enough to type from paper.
    pub fn random_password(&self) -> String {
        // No letters that look like digits; 16 of 32 signs are 80 bits.
        const SIGNS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
        let mut random = [0; 16];
        self.entropy.fill(&mut random);
        let sign = |byte: &u8| char::from(SIGNS[usize::from(byte % 32)]);
        let signs: Vec<char> = random.iter().map(sign).collect();
        let groups: Vec<String> = signs
            .chunks(4)
            .map(|group| group.iter().collect())
            .collect();
        groups.join("-")
    }

    /// Checks a password. An unknown login takes as long as a wrong password.
    pub async fn check_password(
        &self,
        login: &str,
        password: &str,
        origin: Option<&str>,
    ) -> Result<PasswordVerdict, AccessError> {
        let origin = origin.unwrap_or("-");
        let pair = ["login+origin", login, origin];
        let keys: [(&[&str], _); 3] = [
            (&pair, ACCOUNT_AND_ORIGIN),
            (&["origin", origin], ORIGIN),
            (&["login", login], ACCOUNT),
        ];
        for (key, rule) in keys {
            if let Some(until) = self.count_try(key, rule).await? {
                return Ok(PasswordVerdict::Locked { until });
            }
        }
        let stored: Option<String> = sqlx::query_scalar(
            "SELECT hash FROM credential \
             WHERE login = $1 AND (expires_at IS NULL OR expires_at > $2)",
        )
        .bind(login)
        .bind(self.now())
        .fetch_optional(&self.pool)
        .await?;
        if !self.verify(password.to_owned(), stored).await? {
            return Ok(PasswordVerdict::Wrong);
        }
        self.forget_tries(&pair).await?;
        self.uncount_try(&["origin", origin]).await?;
        self.uncount_try(&["login", login]).await?;
        Ok(PasswordVerdict::Right)
    }

    async fn hash(&self, password: String) -> Result<String, AccessError> {
        let mut salt = [0; SALT_BYTES];
        self.entropy.fill(&mut salt);
        self.hashing(move || {
            let salt = SaltString::encode_b64(&salt).map_err(hashing)?;
            let hash = argon2()?
                .hash_password(password.as_bytes(), &salt)
                .map_err(hashing)?;
            Ok(hash.to_string())
        })
        .await
    }

    async fn verify(&self, password: String, stored: Option<String>) -> Result<bool, AccessError> {
        self.hashing(move || {
            let Some(stored) = stored else {
                // The same work for nothing, so that the time does not tell.
                let salt = SaltString::encode_b64(&[0; SALT_BYTES]).map_err(hashing)?;
                argon2()?
                    .hash_password(password.as_bytes(), &salt)
                    .map_err(hashing)?;
                return Ok(false);
            };
            let stored = PasswordHash::new(&stored).map_err(hashing)?;
            Ok(argon2()?
                .verify_password(password.as_bytes(), &stored)
                .is_ok())
        })
        .await
    }

    async fn hashing<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, AccessError> + Send + 'static,
    ) -> Result<T, AccessError> {
        let _permit = self.hashing.acquire().await.map_err(hashing)?;
        tokio::task::spawn_blocking(work).await.map_err(hashing)?
    }
}

fn argon2() -> Result<Argon2<'static>, AccessError> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(hashing)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

#[expect(clippy::needless_pass_by_value, reason = "shaped for map_err")]
fn hashing(error: impl ToString) -> AccessError {
    AccessError::Hashing(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn simple_passwords_are_refused_and_long_ones_are_not() {
        for good in [
            "correct horse battery",
            "北风吹雁雪纷纷千里黄云",
            "k3-vrT_9 zqW",
        ] {
            assert_eq!(check_choice("li.si", good), Ok(()), "{good}");
        }
        for (bad, why) in [
            ("short", PasswordRefusal::Length),
            (&"x".repeat(129), PasswordRefusal::Length),
            ("aaaaaaaaaaaa", PasswordRefusal::TooSimple),
            ("Password1234", PasswordRefusal::TooSimple),
            ("1234567890", PasswordRefusal::TooSimple),
            ("my Li.Si rule", PasswordRefusal::HoldsLogin),
        ] {
            assert_eq!(check_choice("li.si", bad), Err(why), "{bad}");
        }
    }
}
