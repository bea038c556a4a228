//! What every export does: the right is asked for, a file's name is read, and the file goes out.

use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use chaobiao_domain::access_log::AccessKind;
use chaobiao_domain::staff::Permission;
use chaobiao_eventstore::EventStore;
use chaobiao_graphql::support::{RequestInfo, Services, Viewer, may, record_route};
use sqlx::PgPool;

use super::Format;
use crate::http::{Caller, forbidden, internal_error, refused};

/// One kind of file.
pub(super) struct Export {
    /// What the access log calls it.
    pub(super) what: &'static str,
    pub(super) right: Permission,
    /// Where there is no such file.
    pub(super) absent: &'static str,
}

/// A file to take away.
pub(super) struct Download {
    /// What people call it, with its extension.
    pub(super) name: String,
    pub(super) media_type: &'static str,
    pub(super) bytes: Vec<u8>,
    /// What in it is about people, for the access log.
    pub(super) personal: Option<String>,
}

/// A caller who may have files of a kind.
pub(super) struct Admitted<'a> {
    export: &'static Export,
    services: &'a Services,
    info: RequestInfo,
    viewer: Viewer,
}

impl Export {
    /// Lets in who has the right; a refusal is in the access log.
    pub(super) async fn admit<'a>(
        &'static self,
        services: &'a Services,
        caller: &Caller,
    ) -> Result<Admitted<'a>, Box<Response>> {
        let viewer = caller.viewer(services).await;
        let admitted = Admitted {
            export: self,
            services,
            info: caller.info(),
            viewer,
        };
        // A file is about the centre as a whole.
        let confined = admitted.viewer.reach().is_some();
        if may(self.right).allows(&admitted.viewer) && !confined {
            return Ok(admitted);
        }
        admitted.record(AccessKind::Denied, None);
        Err(Box::new(forbidden(&admitted.viewer)))
    }
}

impl Admitted<'_> {
    pub(super) fn store(&self) -> &EventStore {
        self.services.store()
    }

    pub(super) fn pool(&self) -> &PgPool {
        self.services.store().pool()
    }

    fn record(&self, kind: AccessKind, subject: Option<String>) {
        let what = self.export.what;
        record_route(self.services, &self.info, &self.viewer, kind, what, subject);
    }

    /// The file asked for as `plain`, or why not.
    pub(super) fn answer<E: std::error::Error>(
        &self,
        plain: &str,
        found: Result<Option<Download>, E>,
    ) -> Response {
        match found {
            Ok(Some(download)) => {
                if let Some(subject) = download.personal {
                    self.record(AccessKind::PersonalDataSeen, Some(subject));
                }
                hand_out(plain, &download.name, download.media_type, download.bytes)
            }
            Ok(None) => self.absent(),
            Err(error) => internal_error(&error, "an export"),
        }
    }

    /// Whether names and places may stand in a file as they are; else they are masked.
    pub(super) fn sees_personal_data(&self) -> bool {
        may(Permission::ViewPersonalData).allows(&self.viewer)
    }

    pub(super) fn absent(&self) -> Response {
        refused(StatusCode::NOT_FOUND, "NOT_FOUND", self.export.absent)
    }
}

/// The answer with a file to keep.
pub(super) fn hand_out(plain: &str, name: &str, media_type: &str, bytes: Vec<u8>) -> Response {
    let headers = [
        (CONTENT_TYPE, media_type.to_owned()),
        (CONTENT_DISPOSITION, attachment(plain, name)),
        (CACHE_CONTROL, "no-store".to_owned()),
    ];
    (headers, bytes).into_response()
}

/// `<id>.csv` or `<id>.xlsx`.
pub(super) fn wanted<T>(file: &str, id: impl FnOnce(&str) -> Option<T>) -> Option<(T, Format)> {
    let (name, extension) = file.rsplit_once('.')?;
    let format = Format::of_extension(extension)?;
    Some((id(name)?, format))
}

/// A file to keep: the plain name for whoever reads no other, the whole one by RFC 5987.
fn attachment(plain: &str, name: &str) -> String {
    let kept = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
    let encode = |byte: u8| {
        if kept(byte) {
            char::from(byte).to_string()
        } else {
            format!("%{byte:02X}")
        }
    };
    let encoded: String = name.bytes().map(encode).collect();
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}")
}

#[cfg(test)]
mod tests {
    use chaobiao_domain::payment_export::ExportBatchId;
    use chaobiao_domain::units::PayrollBatchNo;

    use super::*;

    #[test]
    fn a_file_is_an_id_and_a_kind() {
        let batch = |file| wanted(file, |id| id.parse::<ExportBatchId>().ok());
        let seven = ExportBatchId::new(7);
        assert_eq!(batch("PE000007.csv"), Some((seven, Format::Csv)));
        assert_eq!(batch("PE000007.xlsx"), Some((seven, Format::Xlsx)));
        for bad in [
            "PE000007",
            "PE7.csv",
            "PE000007.pdf",
            "..",
            "",
            ".csv",
            "PE000007.csv.exe",
        ] {
            assert_eq!(batch(bad), None, "{bad}");
        }
        let payroll = |file| wanted(file, |id| PayrollBatchNo::try_new(id).ok());
        assert!(payroll("GZ000007.csv").is_some());
        assert_eq!(payroll("工资7.csv"), None);
    }

    #[test]
    fn a_chinese_name_travels_encoded() {
        assert_eq!(
            attachment("PE000007.csv", "缴费-PE000007.csv"),
            "attachment; filename=\"PE000007.csv\"; \
             filename*=UTF-8''%E7%BC%B4%E8%B4%B9-PE000007.csv"
        );
    }
}
