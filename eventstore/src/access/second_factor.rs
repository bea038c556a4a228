//! 两步验证: beside the password the six digits an app on the owner's phone shows (RFC 6238), for staff
//! who have switched it on. Each code is good once.

use sqlx::FromRow;
use totp_rs::{Algorithm, TOTP};

use super::throttle::ACCOUNT_AND_ORIGIN;
use super::{Access, AccessError};
use crate::aead;

/// What the app shows above the code.
const ISSUER: &str = "抄表";
const DIGITS: usize = 6;
const STEP_SECONDS: u64 = 30;
/// Steps before and after the present one that count, for clocks that are a little off.
const SKEW: u8 = 1;
const SECRET_BYTES: usize = 20;

/// What the owner's app is given, once.
#[derive(Clone, PartialEq, Eq)]
pub struct Enrolment {
    /// To be typed in, base 32.
    pub secret: String,
    /// The same as the app reads it from a QR code.
    pub url: String,
}

impl std::fmt::Debug for Enrolment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Enrolment(***)")
    }
}

/// How a check of the second factor ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecondFactorVerdict {
    /// It is not switched on: the password is enough.
    Off,
    Right,
    /// Wrong, or used before.
    Wrong,
    /// Too many failures; the code was not looked at.
    Locked {
        until: chrono::DateTime<chrono::Utc>,
    },
}

#[derive(FromRow)]
struct Row {
    sealed: Vec<u8>,
    is_on: bool,
    last_step: i64,
}

impl Access {
    /// A new secret for a login. It counts for nothing before [`Access::confirm_second_factor`];
    /// nothing when it is switched on already.
    pub async fn begin_second_factor(&self, login: &str) -> Result<Option<Enrolment>, AccessError> {
        let mut secret = [0; SECRET_BYTES];
        self.entropy.fill(&mut secret);
        let key = self.hmac(&["second factor"]);
        let sealed = aead::encrypt(&*self.entropy, &key, &secret, &place(login))?;
        let kept = sqlx::query(
            "INSERT INTO second_factor (login, sealed, last_step) VALUES ($1, $2, 0) \
             ON CONFLICT (login) DO UPDATE SET sealed = excluded.sealed, last_step = 0 \
             WHERE second_factor.on_since IS NULL",
        )
        .bind(login)
        .bind(sealed)
        .execute(&self.pool)
        .await?;
        if kept.rows_affected() == 0 {
            return Ok(None);
        }
        let totp = totp(&secret, login)?;
        Ok(Some(Enrolment {
            secret: totp.get_secret_base32(),
            url: totp.get_url(),
        }))
    }

    /// Switches it on once its owner shows that the app has the secret.
    pub async fn confirm_second_factor(
        &self,
        login: &str,
        code: &str,
        origin: Option<&str>,
    ) -> Result<SecondFactorVerdict, AccessError> {
        let Some(row) = self.second_factor(login).await?.filter(|row| !row.is_on) else {
            return Ok(SecondFactorVerdict::Off);
        };
        let verdict = self.check_code_of_app(login, &row, code, origin).await?;
        if verdict == SecondFactorVerdict::Right {
            sqlx::query("UPDATE second_factor SET on_since = $2 WHERE login = $1")
                .bind(login)
                .bind(self.now())
                .execute(&self.pool)
                .await?;
        }
        Ok(verdict)
    }

    /// Checks a code, where it is switched on.
    pub async fn check_second_factor(
        &self,
        login: &str,
        code: &str,
        origin: Option<&str>,
    ) -> Result<SecondFactorVerdict, AccessError> {
        match self.second_factor(login).await?.filter(|row| row.is_on) {
            Some(row) => self.check_code_of_app(login, &row, code, origin).await,
            None => Ok(SecondFactorVerdict::Off),
        }
    }

    pub async fn has_second_factor(&self, login: &str) -> Result<bool, AccessError> {
        let row = self.second_factor(login).await?;
        Ok(row.is_some_and(|row| row.is_on))
    }

    /// Switches it off; whether it was on.
    pub async fn drop_second_factor(&self, login: &str) -> Result<bool, AccessError> {
        let was_on: Option<bool> = sqlx::query_scalar(
            "DELETE FROM second_factor WHERE login = $1 RETURNING on_since IS NOT NULL",
        )
        .bind(login)
        .fetch_optional(&self.pool)
        .await?;
        Ok(was_on.unwrap_or(false))
    }

    async fn second_factor(&self, login: &str) -> Result<Option<Row>, AccessError> {
        let row = sqlx::query_as(
            "SELECT sealed, on_since IS NOT NULL AS is_on, last_step \
             FROM second_factor WHERE login = $1",
        )
        .bind(login)
        .fetch_optional(&self.pool)
        .await?;
        Ok(row)
    }

    async fn check_code_of_app(
        &self,
        login: &str,
        row: &Row,
        code: &str,
        origin: Option<&str>,
    ) -> Result<SecondFactorVerdict, AccessError> {
        let key = ["second factor", login, origin.unwrap_or("-")];
        if let Some(until) = self.count_try(&key, ACCOUNT_AND_ORIGIN).await? {
            return Ok(SecondFactorVerdict::Locked { until });
        }
        let sealing = self.hmac(&["second factor"]);
        let secret = aead::decrypt(&sealing, &row.sealed, &place(login))?;
        let totp = totp(&secret, login)?;
        let now = u64::try_from(self.now().timestamp()).unwrap_or_default() / STEP_SECONDS;
        let skew = u64::from(SKEW);
        let mut steps = now.saturating_sub(skew)..=now + skew;
        let step = steps.find(|step| totp.generate(step * STEP_SECONDS) == code.trim());
        let step = step.and_then(|step| i64::try_from(step).ok());
        let Some(step) = step.filter(|step| *step > row.last_step) else {
            return Ok(SecondFactorVerdict::Wrong);
        };
        // Of two who come with the same code at once, one comes in.
        let used = sqlx::query(
            "UPDATE second_factor SET last_step = $2 WHERE login = $1 AND last_step < $2",
        )
        .bind(login)
        .bind(step)
        .execute(&self.pool)
        .await?;
        if used.rows_affected() == 0 {
            return Ok(SecondFactorVerdict::Wrong);
        }
        self.forget_tries(&key).await?;
        Ok(SecondFactorVerdict::Right)
    }
}

fn place(login: &str) -> String {
    format!("second factor of {login}")
}

/// SHA-1, as all apps have it.
fn totp(secret: &[u8], login: &str) -> Result<TOTP, AccessError> {
    let (issuer, account) = (Some(ISSUER.to_owned()), login.to_owned());
    let secret = secret.to_vec();
    TOTP::new(
        Algorithm::SHA1,
        DIGITS,
        SKEW,
        STEP_SECONDS,
        secret,
        issuer,
        account,
    )
    .map_err(|error| AccessError::SecondFactor(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Appendix B of RFC 6238, its last six digits.
    #[test]
    fn codes_are_those_of_the_standard() {
        let totp = totp(b"12345678901234567890", "li").unwrap();
        for (second, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
        ] {
            assert_eq!(totp.generate(second), code);
        }
        let url = totp.get_url();
        assert!(
            url.starts_with("otpauth://totp/%E6%8A%84%E8%A1%A8:li?secret="),
            "{url}"
        );
    }
}
