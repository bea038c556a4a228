//! What frames of all protocols have in common inside.

/// A frame that is whole but says nothing its function allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ContentError {
    #[error("数据域长度不符合功能码")]
    Length,
    #[error("数据域内容不符合功能码")]
    Content,
    #[error("报文方向不对")]
    Direction,
}

/// Content that is not allowed, where it must be said as an error.
pub(crate) fn bad<T>(value: Option<T>) -> Result<T, ContentError> {
    value.ok_or(ContentError::Content)
}

/// The next field of a known length.
pub(crate) fn take<const BYTES: usize>(data: &mut &[u8]) -> Result<[u8; BYTES], ContentError> {
    let (field, rest) = data.split_first_chunk().ok_or(ContentError::Length)?;
    *data = rest;
    Ok(*field)
}

/// A field that is all there is.
pub(crate) fn take_all<const BYTES: usize>(data: &[u8]) -> Result<[u8; BYTES], ContentError> {
    data.try_into().map_err(|_| ContentError::Length)
}

/// A frame of either side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message<Request, Answer> {
    Request(Request),
    Answer(Answer),
}

/// What a frame is to a pending request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// The answer, or a refusal.
    Answer,
    /// Our own request, heard back through the adapter.
    Echo,
    /// Another master's, another meter's, or too late for an earlier request.
    Stranger,
}
