use axum::http::HeaderMap;
use axum::http::header::ACCEPT_ENCODING;

/// A compressed copy the build made beside a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Encoding {
    pub(crate) name: &'static str,
    pub(crate) suffix: &'static str,
}

/// Smallest first.
const KNOWN: [Encoding; 2] = [
    Encoding {
        name: "br",
        suffix: ".br",
    },
    Encoding {
        name: "gzip",
        suffix: ".gz",
    },
];

/// What the browser accepts, in the order to try.
pub(crate) fn accepted(headers: &HeaderMap) -> impl Iterator<Item = Encoding> {
    let offers: Vec<&str> = headers
        .get_all(ACCEPT_ENCODING)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(offered)
        .collect();
    KNOWN.into_iter().filter(move |known| {
        offers
            .iter()
            .any(|name| name.eq_ignore_ascii_case(known.name))
    })
}

/// The coding's name, unless its quality is zero, which means "not this one".
fn offered(item: &str) -> Option<&str> {
    let mut parts = item.split(';').map(str::trim);
    let name = parts.next()?;
    let refused = parts
        .filter_map(|part| part.strip_prefix("q="))
        .any(|quality| quality.trim_matches(['0', '.']).is_empty());
    (!refused).then_some(name)
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn names(value: &'static str) -> Vec<&'static str> {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static(value));
        accepted(&headers).map(|encoding| encoding.name).collect()
    }

    #[test]
    fn the_smallest_accepted_copy_comes_first() {
        assert_eq!(names("gzip, deflate, br, zstd"), ["br", "gzip"]);
        assert_eq!(names("GZIP;q=0.8"), ["gzip"]);
        assert_eq!(names("identity"), Vec::<&str>::new());
    }

    #[test]
    fn quality_zero_refuses() {
        assert_eq!(names("br;q=0, gzip"), ["gzip"]);
        assert_eq!(names("br; q=0.0 , gzip;q=0.1"), ["gzip"]);
    }
}
