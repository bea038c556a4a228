//! What may stand in an article: text and Markdown that no page could turn into something that runs.
//! Rather refused when it is written than cleaned when it is shown.

/// Where links may lead: everything else, scripts above all, is refused.
const TARGETS: [&str; 6] = ["https://", "http://", "mailto:", "tel:", "/", "#"];

/// What is unsafe about a text, in words for its author.
pub(super) fn danger(text: &str) -> Option<&'static str> {
    if text
        .chars()
        .any(|sign| sign.is_control() && !matches!(sign, '\n' | '\r' | '\t'))
    {
        return Some("控制字符");
    }
    if has_tag(text) {
        return Some("HTML 标签");
    }
    if targets(text).any(|target| !leads_somewhere_safe(target)) {
        return Some("不安全的链接");
    }
    None
}

/// A `<` that begins a tag, a comment, or an automatic link; `3 < 5` begins none.
fn has_tag(text: &str) -> bool {
    text.match_indices('<').any(|(place, _)| {
        let next = text[place + 1..].chars().next();
        next.is_some_and(|next| next.is_alphabetic() || matches!(next, '/' | '!' | '?'))
    })
}

/// The targets of links and images, `[text](target)` and `[name]: target`.
fn targets(text: &str) -> impl Iterator<Item = &str> {
    text.match_indices(']').filter_map(|(place, _)| {
        let rest = &text[place + 1..];
        let rest = rest.strip_prefix(['(', ':'])?;
        let target = rest.trim_start().trim_start_matches('<');
        // `]:` in the middle of a line is prose, unless it looks like a target.
        let defines = text[..place].rsplit('\n').next().is_some_and(|line| {
            let line = line.trim_start_matches([' ', '>', '\t']);
            line.starts_with('[') && !line[1..].contains('[')
        });
        (text[place + 1..].starts_with('(') || defines).then_some(target)
    })
}

fn leads_somewhere_safe(target: &str) -> bool {
    let target = target.to_ascii_lowercase();
    // `//host` takes whatever scheme the page has: that is a link to elsewhere in disguise.
    TARGETS.iter().any(|safe| target.starts_with(safe)) && !target.starts_with("//")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_and_html_are_found_however_they_are_written() {
        for bad in [
            "<script>alert(1)</script>",
            "看 <img src=x onerror=alert(1)>",
            "</div>",
            "<!-- -->",
            "<ſcript>",
            "[点我](javascript:alert(1))",
            "[点我]( JavaScript:alert(1))",
            "[点我](<javascript:alert(1)>)",
            "[点我](&#106;avascript:alert(1))",
            "![图](data:image/svg+xml;base64,xxxx)",
            "[点我]\n\n[x]: javascript:alert(1)",
            "> [x]: vbscript:x",
            "[点我](//evil.example)",
            "行\u{0}",
        ] {
            assert!(danger(bad).is_some(), "{bad}");
        }
    }

    #[test]
    fn ordinary_markdown_is_let_through() {
        for good in [
            "## 收费标准\n\n- 水 **3.10** 元/吨\n- 电见[价目](/m/prices)",
            "3 < 5，5 > 3，a<5",
            "电话 [021-5566](tel:0215566)、[邮箱](mailto:a@b.cn)、[网站](https://example.cn/?a=1)",
            "附件[一]：见下文 [注]: 无链接",
            "",
        ] {
            assert_eq!(danger(good), None, "{good}");
        }
    }
}
