//! What we sign.

use ring::digest::{SHA256, digest};

use super::fields::Fields;
use crate::keys::{Certificate, KeyError, SigningKey};

/// The merchant, as `UnionPay` knows it.
#[derive(Debug)]
pub struct Merchant {
    /// 15 characters.
    pub mer_id: String,
    pub key: SigningKey,
    pub certificate: Certificate,
}

/// The 64 letters that are signed: the hash, written out.
pub(super) fn digest_text(fields: &Fields) -> String {
    hex::encode(digest(&SHA256, fields.presign().as_bytes()))
}

impl Merchant {
    /// Adds certificate number, method and signature. Fields that say nothing are left out.
    pub fn sign(&self, fields: &Fields) -> Result<Fields, KeyError> {
        let mut signed = Fields::default();
        for (name, value) in fields.iter().filter(|(_, value)| !value.is_empty()) {
            signed.set(name, value);
        }
        signed.set("certId", self.certificate.serial_decimal());
        signed.set("signMethod", "01");
        signed.set("merId", self.mer_id.as_str());
        let signature = self.key.sign(digest_text(&signed).as_bytes())?;
        signed.set("signature", signature);
        Ok(signed)
    }
}
