//! RSA keys and certificates, as the gateways hand them out: PEM files.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use chrono::{DateTime, Utc};
use ring::rand::SystemRandom;
use ring::signature::{
    RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256,
    RsaKeyPair, UnparsedPublicKey,
};
use x509_parser::asn1_rs::{Any, Tag};
use x509_parser::certificate::X509Certificate;
use x509_parser::pem::Pem;
use x509_parser::prelude::FromDer as _;
use x509_parser::x509::SubjectPublicKeyInfo;

/// Why a key or certificate cannot be used. Never says anything of a private key.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum KeyError {
    #[error("not a PEM file of {0}")]
    Pem(&'static str),
    #[error("the private key is not an RSA key of at least 2048 bits")]
    PrivateKey,
    #[error("the public key is not an RSA key")]
    PublicKey,
    #[error("the certificate cannot be read")]
    Certificate,
    #[error("a signature could not be made")]
    Signing,
}

fn pem(text: &str, what: &'static str, labels: &[&str]) -> Result<Pem, KeyError> {
    let blocks = Pem::iter_from_buffer(text.as_bytes());
    for block in blocks {
        let block = block.map_err(|_| KeyError::Pem(what))?;
        if labels.contains(&block.label.as_str()) {
            return Ok(block);
        }
    }
    Err(KeyError::Pem(what))
}

/// A private key that signs; it cannot be shown.
pub struct SigningKey(RsaKeyPair);

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningKey(***)")
    }
}

impl SigningKey {
    /// From PKCS#8 or PKCS#1.
    pub fn from_pem(text: &str) -> Result<Self, KeyError> {
        let block = pem(text, "a private key", &["PRIVATE KEY", "RSA PRIVATE KEY"])?;
        let pair = if block.label == "PRIVATE KEY" {
            RsaKeyPair::from_pkcs8(&block.contents)
        } else {
            RsaKeyPair::from_der(&block.contents)
        };
        pair.map(Self).map_err(|_| KeyError::PrivateKey)
    }

    /// RSASSA-PKCS1-v1_5 with SHA-256, in base64: what both gateways want.
    pub fn sign(&self, message: &[u8]) -> Result<String, KeyError> {
        let mut signature = vec![0; self.0.public().modulus_len()];
        self.0
            .sign(
                &RSA_PKCS1_SHA256,
                &SystemRandom::new(),
                message,
                &mut signature,
            )
            .map_err(|_| KeyError::Signing)?;
        Ok(BASE64.encode(signature))
    }

    /// The other half, for whoever checks what this key signs.
    pub fn verifying_key(&self) -> VerifyingKey {
        VerifyingKey(self.0.public().as_ref().to_vec())
    }
}

/// A public key, as PKCS#1 DER.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifyingKey(Vec<u8>);

impl VerifyingKey {
    /// From a `PUBLIC KEY` file.
    pub fn from_pem(text: &str) -> Result<Self, KeyError> {
        let block = pem(text, "a public key", &["PUBLIC KEY"])?;
        let (_, info) =
            SubjectPublicKeyInfo::from_der(&block.contents).map_err(|_| KeyError::PublicKey)?;
        Self::from_info(&info)
    }

    fn from_info(info: &SubjectPublicKeyInfo<'_>) -> Result<Self, KeyError> {
        match info.parsed() {
            Ok(x509_parser::public_key::PublicKey::RSA(_)) => {
                Ok(Self(info.subject_public_key.data.to_vec()))
            }
            _ => Err(KeyError::PublicKey),
        }
    }

    /// Whether `signature`, in base64, is over exactly these bytes.
    pub fn verifies(&self, message: &[u8], signature: &str) -> bool {
        let Ok(signature) = BASE64.decode(signature) else {
            return false;
        };
        UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, &self.0)
            .verify(message, &signature)
            .is_ok()
    }
}

/// An X.509 certificate and what is asked of it here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    der: Vec<u8>,
    key: VerifyingKey,
    serial_hex: String,
    serial_decimal: String,
    common_name: String,
    not_before: DateTime<Utc>,
    not_after: DateTime<Utc>,
}

impl Certificate {
    pub fn from_pem(text: &str) -> Result<Self, KeyError> {
        let block = pem(text, "a certificate", &["CERTIFICATE"])?;
        Self::from_der(block.contents)
    }

    fn from_der(der: Vec<u8>) -> Result<Self, KeyError> {
        let (rest, parsed) = X509Certificate::from_der(&der).map_err(|_| KeyError::Certificate)?;
        if !rest.is_empty() {
            return Err(KeyError::Certificate);
        }
        let instant = |seconds| DateTime::from_timestamp(seconds, 0).ok_or(KeyError::Certificate);
        let name = parsed.subject().iter_common_name().next();
        let common_name = name
            .map(|name| text_of(name.attr_value()))
            .unwrap_or_default();
        let serial = parsed.raw_serial();
        Ok(Self {
            key: VerifyingKey::from_info(parsed.public_key())?,
            serial_hex: hex::encode_upper(strip_zeros(serial)),
            serial_decimal: parsed.serial.to_string(),
            common_name,
            not_before: instant(parsed.validity().not_before.timestamp())?,
            not_after: instant(parsed.validity().not_after.timestamp())?,
            der,
        })
    }

    pub fn key(&self) -> &VerifyingKey {
        &self.key
    }

    /// As `WeChat` Pay names certificates: upper-case hex.
    pub fn serial_hex(&self) -> &str {
        &self.serial_hex
    }

    /// As `UnionPay` names them (`certId`): a decimal number.
    pub fn serial_decimal(&self) -> &str {
        &self.serial_decimal
    }

    pub fn common_name(&self) -> &str {
        &self.common_name
    }

    pub fn not_after(&self) -> DateTime<Utc> {
        self.not_after
    }

    pub fn is_valid_at(&self, now: DateTime<Utc>) -> bool {
        self.not_before <= now && now <= self.not_after
    }

    /// Whether `issuer` signed it. SHA-1, as on old test certificates, only where it is allowed.
    pub fn is_signed_by(&self, issuer: &Self, sha1_allowed: bool) -> bool {
        let Ok((_, parsed)) = X509Certificate::from_der(&self.der) else {
            return false;
        };
        let Ok((_, parent)) = X509Certificate::from_der(&issuer.der) else {
            return false;
        };
        if parsed.issuer().as_raw() != parent.subject().as_raw() {
            return false;
        }
        let signed = parsed.tbs_certificate.as_ref();
        let signature = &parsed.signature_value.data;
        let algorithm = match parsed.signature_algorithm.algorithm.to_id_string().as_str() {
            SHA256_WITH_RSA => &RSA_PKCS1_2048_8192_SHA256,
            SHA1_WITH_RSA if sha1_allowed => &RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY,
            _ => return false,
        };
        UnparsedPublicKey::new(algorithm, &issuer.key.0)
            .verify(signed, signature)
            .is_ok()
    }
}

/// Older certificates write names as UTF-16, or as bytes of no said encoding.
fn text_of(value: &Any<'_>) -> String {
    if value.tag() == Tag::BmpString {
        let pairs = value.data.chunks_exact(2);
        let units = pairs.map(|pair| u16::from_be_bytes([pair[0], pair[1]]));
        char::decode_utf16(units)
            .map(|letter| letter.unwrap_or(char::REPLACEMENT_CHARACTER))
            .collect()
    } else {
        String::from_utf8_lossy(value.data).into_owned()
    }
}

const SHA256_WITH_RSA: &str = "1.2.840.113549.1.1.11";
const SHA1_WITH_RSA: &str = "1.2.840.113549.1.1.5";

fn strip_zeros(bytes: &[u8]) -> &[u8] {
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    &bytes[zeros..]
}
