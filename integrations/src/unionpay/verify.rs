//! What they sign. The certificate comes with the message; it is believed only up a pinned chain.

use chrono::{DateTime, Utc};

use super::fields::Fields;
use super::sign::digest_text;
use crate::keys::Certificate;

/// Why something that claims to be from `UnionPay` is not believed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Distrust {
    #[error("the field {0} is missing")]
    FieldMissing(&'static str),
    #[error("signed by another method than 01")]
    Method,
    #[error("the certificate cannot be read")]
    Certificate,
    #[error("the certificate is not valid now")]
    CertificateExpired,
    #[error("the certificate is not of the pinned chain")]
    ForeignChain,
    #[error("the certificate is somebody else's")]
    NotUnionPay,
    #[error("the signature is wrong")]
    Forged,
}

/// Whom `UnionPay`'s certificates come from.
#[derive(Clone, Debug)]
pub struct Chain {
    pub root: Certificate,
    pub middle: Certificate,
    /// Accept what only test gateways have: SHA-1 on certificates, and their own name.
    pub sandbox: bool,
}

const OWNER: &str = "中国银联股份有限公司";
const SANDBOX_OWNER: &str = "00040000:SIGN";

impl Chain {
    /// Whether `UnionPay` said exactly this.
    pub fn verify(&self, fields: &Fields, now: DateTime<Utc>) -> Result<(), Distrust> {
        let need = |name: &'static str| {
            let value = fields.get(name).filter(|value| !value.is_empty());
            value.ok_or(Distrust::FieldMissing(name))
        };
        let signature = need("signature")?;
        let certificate = need("signPubKeyCert")?;
        if need("signMethod")? != "01" {
            return Err(Distrust::Method);
        }
        let certificate = Certificate::from_pem(certificate).map_err(|_| Distrust::Certificate)?;
        if !certificate.is_valid_at(now) || !self.middle.is_valid_at(now) {
            return Err(Distrust::CertificateExpired);
        }
        let chained = certificate.is_signed_by(&self.middle, self.sandbox)
            && self.middle.is_signed_by(&self.root, self.sandbox);
        if !chained {
            return Err(Distrust::ForeignChain);
        }
        let owner = certificate
            .common_name()
            .split('@')
            .nth(2)
            .unwrap_or_default();
        if owner != OWNER && !(self.sandbox && owner == SANDBOX_OWNER) {
            return Err(Distrust::NotUnionPay);
        }
        let digest = digest_text(fields);
        if certificate.key().verifies(digest.as_bytes(), signature) {
            Ok(())
        } else {
            Err(Distrust::Forged)
        }
    }
}
