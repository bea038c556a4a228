//! What is known about the request besides its document.

/// Put into every request's context data by the transport.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestInfo {
    /// Given to the caller with faults, and to be found in the logs.
    pub request_id: String,
    /// The caller's address as far as it can be trusted.
    pub origin: Option<String>,
}
